"""The pages of the catalogue's editors; included by procedures.urls in its namespace."""

from django.urls import URLPattern, path

from procedures.views import (
    editor_catalogue as catalogue,
    editor_draft as draft,
    editor_findings as findings,
    editor_procedure as procedure,
)

urlpatterns: list[URLPattern] = [
    path("bien-tap/", catalogue.catalogue, name="editor_home"),
    path("bien-tap/thu-tuc/moi/", procedure.create, name="editor_create"),
    path("bien-tap/thu-tuc/<str:code>/", procedure.overview, name="editor_procedure"),
    path("bien-tap/thu-tuc/<str:code>/ban-nhap/", draft.draft, name="editor_draft"),
    path("bien-tap/thu-tuc/<str:code>/ban-nhap/huy/", draft.discard, name="editor_discard"),
    path("bien-tap/can-xem-lai/", findings.findings, name="editor_findings"),
    path("bien-tap/can-xem-lai/giu-nguyen/", findings.keep_kind, name="editor_findings_keep"),
    path("bien-tap/can-xem-lai/<code>/", findings.record, name="editor_finding"),
    path("bien-tap/can-xem-lai/<code>/giu/", findings.keep, name="editor_finding_keep"),
    path("bien-tap/can-xem-lai/<code>/sua/", findings.mend, name="editor_finding_mend"),
    path("bien-tap/can-xem-lai/<code>/ban-nhap/", findings.left_draft, name="editor_left_draft"),
]
