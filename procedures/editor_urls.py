"""The pages of the catalogue's editors; included by procedures.urls in its namespace."""

from django.urls import URLPattern, path

from procedures.views import (
    editor_article_acts as article_acts,
    editor_article_media as article_media,
    editor_articles as articles,
    editor_catalogue as catalogue,
    editor_differences as differences,
    editor_draft as draft,
    editor_entry as entry,
    editor_exchange as exchange,
    editor_findings as findings,
    editor_form as form,
    editor_form_preview as form_preview,
    editor_life_events as events,
    editor_local_rules as local,
    editor_offers as offers,
    editor_offers_of as offers_of,
    editor_parts as parts,
    editor_posting as posting,
    editor_procedure as procedure,
    editor_question as question,
    editor_review as review,
    editor_search as search,
    editor_section as section,
    editor_workflow as workflow,
)

# Which part of the draft these pages are about.
_FORM = {"part": form.PART}
_EVENT = "bien-tap/su-kien/<int:event_id>/"
_ENTRY = f"{_EVENT}thu-tuc/<int:entry_id>/"
life_events: list[URLPattern] = [
    path("bien-tap/su-kien/", events.index, name="editor_events"),
    path("bien-tap/su-kien/them/", events.add, name="editor_event_add"),
    path(_EVENT, events.edit, name="editor_event"),
    path(f"{_EVENT}hien/", events.show_or_hide, name="editor_event_show"),
    path(f"{_EVENT}chuyen/", events.move, name="editor_event_move"),
    path(f"{_EVENT}thu-tuc/", events.add_entry, name="editor_event_add_entry"),
    path(_ENTRY, events.edit_entry, name="editor_event_entry"),
    path(f"{_ENTRY}bo/", events.remove_entry, name="editor_event_remove_entry"),
    path(f"{_ENTRY}chuyen/", events.move_entry, name="editor_event_move_entry"),
]

_ONE = "bien-tap/thu-tuc/<str:code>/"
life: list[URLPattern] = [
    path(f"{_ONE}ban-nhap/xem-truoc/", review.preview, name="editor_preview"),
    path(f"{_ONE}duyet/", review.review, name="editor_review"),
    path(f"{_ONE}duyet/gui/", review.send, name="editor_send"),
    path(f"{_ONE}duyet/rut/", review.withdraw, name="editor_withdraw"),
    path(f"{_ONE}duyet/tra-lai/", review.send_back, name="editor_send_back"),
    path(f"{_ONE}duyet/cong-bo/", review.publish, name="editor_publish"),
    path(f"{_ONE}duyet/hen-gio/", review.schedule, name="editor_schedule"),
    path(f"{_ONE}duyet/bo-hen/", review.unschedule, name="editor_unschedule"),
    path(f"{_ONE}sua-ma-ten/", entry.correct, name="editor_correct"),
    path(f"{_ONE}huy/", entry.discard, name="editor_discard_entry"),
    path(f"{_ONE}bai-bo/", procedure.repeal, name="editor_repeal"),
    path(f"{_ONE}bai-bo/thu-hoi/", procedure.take_repeal_back, name="editor_repeal_back"),
]

offered: list[URLPattern] = [
    path("bien-tap/dich-vu/", offers.choose, name="editor_offers"),
    path("bien-tap/dich-vu/giao/", offers.assign, name="editor_offers_assign"),
    path("bien-tap/dich-vu/giao/xac-nhan/", offers.confirm, name="editor_offers_confirm"),
    path("bien-tap/dich-vu/mau-thuan/", offers.contradictions, name="editor_contradictions"),
    path(f"{_ONE}dich-vu/", offers_of.offers_of, name="editor_offers_of"),
    path(f"{_ONE}dich-vu/<int:offer_id>/cham-dut/", offers_of.end, name="editor_offer_end"),
]

_LOCAL = f"{_ONE}quy-dinh-dia-phuong/"
local_rules: list[URLPattern] = [
    path(_LOCAL, local.rules, name="editor_local_rules"),
    path(f"{_LOCAL}them-muc-thu/", local.add, {"kind": "fee"}, name="editor_local_fee"),
    path(f"{_LOCAL}them-thoi-han/", local.add, {"kind": "time"}, name="editor_local_time"),
    path(f"{_LOCAL}<int:rule_id>/ket-thuc/", local.end, name="editor_local_end"),
]

urlpatterns: list[URLPattern] = [
    *life,
    *offered,
    *local_rules,
    path("bien-tap/tim-kiem/", search.search, name="editor_search"),
    path("bien-tap/tim-kiem/tu-dong-nghia/", search.synonym, name="editor_synonym"),
    path("bien-tap/tim-kiem/trong-so/", search.boost, name="editor_boost"),
    path("bien-tap/", catalogue.catalogue, name="editor_home"),
    path("bien-tap/thu-tuc/moi/", procedure.create, name="editor_create"),
    path("bien-tap/thu-tuc/<str:code>/", procedure.overview, name="editor_procedure"),
    path("bien-tap/thu-tuc/<str:code>/ban-nhap/", draft.draft, name="editor_draft"),
    path("bien-tap/thu-tuc/<str:code>/ban-nhap/huy/", draft.discard, name="editor_discard"),
    path(
        "bien-tap/thu-tuc/<str:code>/so-sanh/",
        differences.differences,
        name="editor_differences",
    ),
    path("bien-tap/thu-tuc/<str:code>/quy-trinh/", workflow.workflow, name="editor_workflow"),
    path(
        "bien-tap/thu-tuc/<str:code>/quy-trinh/soan/",
        workflow.begin,
        name="editor_workflow_begin",
    ),
    path(
        "bien-tap/thu-tuc/<str:code>/quy-trinh/huy/",
        workflow.discard,
        name="editor_workflow_discard",
    ),
    path(
        "bien-tap/thu-tuc/<str:code>/quy-trinh/cong-bo/",
        workflow.publish,
        name="editor_workflow_publish",
    ),
    *[
        path(f"bien-tap/thu-tuc/<str:code>/ban-nhap/to-khai/{place}", view, _FORM, name=name)
        for place, view, name in (
            ("", form.form, "editor_form"),
            ("bat-dau/", form.begin, "editor_form_begin"),
            ("sap-xep/", form.order, "editor_form_order"),
            ("tep/", form.file, "editor_form_file"),
            ("nhap/", form.import_file, "editor_form_import"),
            ("bo/", form.drop, "editor_form_drop"),
            ("xem-thu/", form_preview.try_out, "editor_form_try"),
            ("them/", question.add, "editor_form_add"),
            ("cau-hoi/<str:path>/", question.question, "editor_form_question"),
            ("phan/", section.add, "editor_form_section_add"),
            ("phan/<str:key>/", section.edit, "editor_form_section"),
        )
    ],
    path(
        "bien-tap/thu-tuc/<str:code>/ban-nhap/bieu-mau/<slug:key>/",
        parts.printable,
        name="editor_printable",
    ),
    path("bien-tap/thu-tuc/<str:code>/ban-nhap/<slug:part>/", parts.part, name="editor_part"),
    path("bien-tap/nhap-xuat/", exchange.home, name="editor_exchange"),
    path("bien-tap/nhap-xuat/goi/", exchange.export, name="editor_export"),
    path("bien-tap/nhap-xuat/danh-sach/", exchange.export_list, name="editor_export_list"),
    path("bien-tap/nhap-xuat/dinh-dang/", exchange.show_schema, name="editor_exchange_schema"),
    path("bien-tap/nhap-xuat/<uuid:upload_id>/", exchange.file_page, name="editor_exchange_file"),
    path(
        "bien-tap/nhap-xuat/<uuid:upload_id>/xac-nhan/",
        exchange.confirm,
        name="editor_exchange_confirm",
    ),
    path("bien-tap/nhap-xuat/<uuid:upload_id>/bo/", exchange.drop, name="editor_exchange_drop"),
    path(
        "bien-tap/nhap-xuat/<uuid:upload_id>/bao-cao/",
        exchange.report,
        name="editor_exchange_report",
    ),
    path("bien-tap/can-xem-lai/", findings.findings, name="editor_findings"),
    path("bien-tap/can-xem-lai/giu-nguyen/", findings.keep_kind, name="editor_findings_keep"),
    path("bien-tap/can-xem-lai/<code>/", findings.record, name="editor_finding"),
    path("bien-tap/can-xem-lai/<code>/giu/", findings.keep, name="editor_finding_keep"),
    path("bien-tap/can-xem-lai/<code>/sua/", findings.mend, name="editor_finding_mend"),
    path("bien-tap/can-xem-lai/<code>/ban-nhap/", findings.left_draft, name="editor_left_draft"),
    path("bien-tap/bai-viet/", articles.articles, name="editor_articles"),
    path("bien-tap/bai-viet/moi/", articles.start, name="editor_article_start"),
    path("bien-tap/bai-viet/<int:article_id>/", articles.article, name="editor_article"),
    path(
        "bien-tap/bai-viet/<int:article_id>/xem-truoc/<int:number>/",
        articles.preview,
        name="editor_article_preview",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/phien-ban/",
        articles.versions,
        name="editor_article_versions",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/phien-ban/<int:number>/",
        articles.version,
        name="editor_article_version",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/phien-ban/<int:number>/lay-lai/",
        article_acts.restore,
        name="editor_article_restore",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/gui-duyet/",
        article_acts.send,
        name="editor_article_send",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/tra-lai/",
        article_acts.send_back,
        name="editor_article_send_back",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/cong-bo/",
        article_acts.publish,
        name="editor_article_publish",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/huy-hen/",
        article_acts.call_off,
        name="editor_article_call_off",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/go-xuong/",
        article_acts.hide,
        name="editor_article_hide",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/cach-hien/",
        article_acts.place,
        name="editor_article_place",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/chuyen/",
        article_acts.move,
        name="editor_article_move",
    ),
    path(
        "bien-tap/bai-viet/<int:article_id>/huy/",
        article_acts.discard,
        name="editor_article_discard",
    ),
    path("bien-tap/bai-viet/<int:article_id>/hinh/", article_media.media, name="editor_media"),
    path(
        "bien-tap/bai-viet/<int:article_id>/hinh/xoa/",
        article_media.remove,
        name="editor_media_remove",
    ),
    path(
        "bien-tap/hinh/<int:picture_id>/<int:width>/",
        article_media.picture,
        name="editor_picture",
    ),
    path("bien-tap/phim/<int:clip_id>/", article_media.clip, name="editor_clip"),
    path(
        "bien-tap/phim/<int:clip_id>/phu-de/",
        article_media.clip_captions,
        name="editor_clip_captions",
    ),
    *life_events,
    path("bien-tap/niem-yet/", posting.sheets, name="editor_sheets"),
    path("bien-tap/niem-yet/<int:sheet_id>/", posting.sheet_file, name="editor_sheet_file"),
    path("bien-tap/niem-yet/<int:sheet_id>/in-lai/", posting.again, name="editor_sheet_again"),
    path("bien-tap/niem-yet/<int:sheet_id>/go/", posting.retire, name="editor_sheet_retire"),
]
