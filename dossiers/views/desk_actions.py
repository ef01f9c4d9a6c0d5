"""The deeds of the desk, each with its words, its form and its use case."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.requests import StaffRequest
from dossiers import lifecycle, policies, steps
from dossiers.enums import DecisionOutcome
from dossiers.forms import desk as forms
from dossiers.forms.desk_targets import Target
from dossiers.selectors import desk_forms, desk_work
from dossiers.selectors.desk_work import WorkPage
from dossiers.services import (
    assignment,
    fees,
    processing,
    publication,
    reception,
    results,
    supplements,
)
from dossiers.views.desk_deeds import Deed, Extra, deed_view, get_dossier, overtaken
from portal.core.dates import format_day, format_short_day
from portal.core.text import whole_number
from procedures.enums import ResultDelivery


def _targets(page: WorkPage, *, whole: bool) -> list[Target]:
    return [
        Target(facts.kind, facts.key, facts.label, facts.note)
        for facts in desk_forms.list_targets(page, whole=whole)
    ]


def _grounds(page: WorkPage, at: datetime) -> Extra:
    return {"grounds": desk_forms.list_grounds(page.dossier)}


def _reasons(form: Any) -> list[reception.Reason]:
    ground = form.cleaned_data["ground"].strip()
    return [
        reception.Reason(one.target.key, one.target.label, one.reason, ground)
        for one in form.chosen()
    ]


accept = deed_view(
    Deed(
        name="accept",
        title=gettext_lazy("Tiếp nhận hồ sơ"),
        done=gettext_lazy("Đã tiếp nhận. Giấy tiếp nhận và hẹn trả đang được lập."),
        roles=(Role.CLERK,),
        make_form=lambda page, at, **kwargs: forms.AcceptForm(**kwargs),
        perform=lambda form, **kwargs: reception.accept_dossier(**kwargs),
        prepare=lambda page, at: {"acceptance": desk_forms.preview_acceptance(page.dossier, at=at)},
    )
)

refuse = deed_view(
    Deed(
        name="refuse",
        title=gettext_lazy("Từ chối tiếp nhận"),
        lead=gettext_lazy(
            "Đánh dấu từng giấy tờ, nội dung không đạt và ghi lý do. Công dân đọc nguyên văn, "
            "và lý do được in trên phiếu từ chối."
        ),
        done=gettext_lazy("Đã từ chối tiếp nhận. Phiếu từ chối đang được lập."),
        roles=(Role.CLERK,),
        make_form=lambda page, at, **kwargs: forms.RefuseForm(
            targets=_targets(page, whole=True), **kwargs
        ),
        perform=lambda form, **kwargs: reception.refuse_dossier(reasons=_reasons(form), **kwargs),
        prepare=_grounds,
    )
)


def _ask_form(page: WorkPage, at: datetime, **kwargs: Any) -> forms.AskSupplementForm:
    proposed = format_short_day(supplements.default_deadline(at))
    return forms.AskSupplementForm(
        targets=_targets(page, whole=False), initial={"deadline": proposed}, **kwargs
    )


def _ask(form: Any, **kwargs: Any) -> object:
    items = [
        supplements.Item(
            paper_key=one.target.key if one.target.kind == "paper" else "",
            field_key=one.target.key if one.target.kind == "field" else "",
            label=one.target.label,
            reason=one.reason,
        )
        for one in form.chosen()
    ]
    return supplements.ask_supplement(
        items=items,
        ground=form.cleaned_data["ground"].strip(),
        deadline_at=form.deadline_at,
        message=form.cleaned_data["message"].strip(),
        **kwargs,
    )


def _preview(form: Any) -> Extra | None:
    if "preview" not in form.data:
        return None
    return {
        "preview": {
            "items": form.chosen(),
            "deadline": format_day(form.deadline_at),
            "ground": form.cleaned_data["ground"],
            "message": form.cleaned_data["message"],
        }
    }


ask_supplement = deed_view(
    Deed(
        name="ask_supplement",
        title=gettext_lazy("Yêu cầu bổ sung"),
        lead=gettext_lazy(
            "Yêu cầu một lần cho đủ: đánh dấu mọi giấy tờ, nội dung cần sửa, mỗi mục một lý do. "
            "Thời hạn giải quyết tạm dừng đến khi công dân bổ sung."
        ),
        done=gettext_lazy("Đã gửi yêu cầu bổ sung. Thời hạn giải quyết đang tạm dừng."),
        roles=(Role.CLERK, Role.OFFICER, Role.LEADER),
        make_form=_ask_form,
        perform=_ask,
        prepare=_grounds,
        instead=_preview,
    )
)

forward = deed_view(
    Deed(
        name="forward",
        title=gettext_lazy("Chuyển bước tiếp theo"),
        done=gettext_lazy("Đã chuyển bước tiếp theo."),
        roles=(Role.CLERK, Role.OFFICER, Role.REGISTRAR),
        make_form=lambda page, at, **kwargs: forms.ForwardForm(**kwargs),
        perform=lambda form, **kwargs: processing.forward_step(
            note=form.cleaned_data["note"], **kwargs
        ),
    )
)

send_back = deed_view(
    Deed(
        name="send_back",
        title=gettext_lazy("Trả lại bước trước"),
        done=gettext_lazy("Đã trả lại bước trước."),
        roles=(Role.CLERK, Role.OFFICER, Role.LEADER, Role.REGISTRAR),
        make_form=lambda page, at, **kwargs: forms.SendBackForm(**kwargs),
        perform=lambda form, **kwargs: processing.send_back(
            note=form.cleaned_data["note"], **kwargs
        ),
    )
)


def _propose(form: Any, **kwargs: Any) -> object:
    outcome = DecisionOutcome(form.cleaned_data["outcome"])
    return processing.propose_decision(
        outcome=outcome,
        proposal=form.cleaned_data["proposal"].strip(),
        reasons=_reasons(form) if outcome == DecisionOutcome.REFUSED else (),
        **kwargs,
    )


propose = deed_view(
    Deed(
        name="propose",
        title=gettext_lazy("Trình kết quả giải quyết"),
        done=gettext_lazy("Đã trình lãnh đạo."),
        roles=(Role.OFFICER,),
        make_form=lambda page, at, **kwargs: forms.ProposeForm(
            targets=_targets(page, whole=True), **kwargs
        ),
        perform=_propose,
        prepare=_grounds,
    )
)

approve = deed_view(
    Deed(
        name="approve",
        title=gettext_lazy("Phê duyệt"),
        lead=gettext_lazy("Đọc nội dung trình bên dưới. Phê duyệt xong, hồ sơ chuyển văn thư."),
        done=gettext_lazy("Đã phê duyệt."),
        roles=(Role.LEADER,),
        needs_proof=True,
        make_form=lambda page, at, **kwargs: forms.ApproveForm(**kwargs),
        perform=lambda form, **kwargs: processing.approve_decision(
            note=form.cleaned_data["note"], **kwargs
        ),
    )
)


def _issue_form(page: WorkPage, at: datetime, **kwargs: Any) -> forms.IssueForm:
    approver = page.decisions[0].approved_by if page.decisions else None
    proposed = {
        "title": page.dossier.revision.results[0] if page.dossier.revision.results else "",
        "signed_by_name": approver.full_name if approver else "",
    }
    return forms.IssueForm(initial=proposed, **kwargs)


def _issue(form: Any, **kwargs: Any) -> object:
    upload = form.cleaned_data["file"]
    sheet = publication.ResultSheet(
        number=form.cleaned_data["number"],
        title=form.cleaned_data["title"],
        signed_by_name=form.cleaned_data["signed_by_name"],
    )
    return publication.publish_result(
        sheet=sheet, upload=upload.file, name=upload.name or "", **kwargs
    )


issue = deed_view(
    Deed(
        name="issue",
        title=gettext_lazy("Vào sổ, phát hành kết quả"),
        done=gettext_lazy("Đã phát hành kết quả và chuyển quầy trả công dân."),
        roles=(Role.REGISTRAR,),
        make_form=_issue_form,
        perform=_issue,
    )
)


def _hand_over_form(page: WorkPage, at: datetime, **kwargs: Any) -> forms.HandOverForm:
    dossier = page.dossier
    offered = dossier.offer_snapshot.get("returns") or [dossier.return_method]
    proposed = {"method": dossier.return_method, "recipient_name": dossier.applicant_name}
    return forms.HandOverForm(returns=offered, initial=proposed, **kwargs)


hand_over = deed_view(
    Deed(
        name="hand_over",
        title=gettext_lazy("Trả kết quả"),
        done=gettext_lazy("Đã trả kết quả. Hồ sơ hoàn tất."),
        roles=(Role.CLERK,),
        make_form=_hand_over_form,
        perform=lambda form, **kwargs: results.return_result(
            method=ResultDelivery(form.cleaned_data["method"]),
            recipient_name=form.cleaned_data["recipient_name"],
            recipient_note=form.cleaned_data["recipient_note"],
            **kwargs,
        ),
    )
)

stop = deed_view(
    Deed(
        name="stop",
        title=gettext_lazy("Dừng giải quyết hồ sơ"),
        lead=gettext_lazy("Chỉ dừng khi không thể ra quyết định. Công dân được báo ngay."),
        done=gettext_lazy("Đã dừng giải quyết và báo cho công dân."),
        roles=(Role.LEADER,),
        make_form=lambda page, at, **kwargs: forms.StopForm(**kwargs),
        perform=lambda form, **kwargs: processing.stop_dossier(
            reason=form.cleaned_data["reason"], **kwargs
        ),
    )
)


def _reassign_form(page: WorkPage, at: datetime, **kwargs: Any) -> forms.ReassignForm:
    people = desk_forms.list_candidates(page.step, at=at) if page.step else []
    holder = page.step.assignee_id if page.step else None
    return forms.ReassignForm(
        candidates=people, initial={"to": str(holder) if holder else ""}, **kwargs
    )


reassign = deed_view(
    Deed(
        name="reassign",
        title=gettext_lazy("Giao lại người xử lý"),
        lead=gettext_lazy("Dùng khi người đang giữ hồ sơ đi vắng hoặc quá tải."),
        done=gettext_lazy("Đã giao lại người xử lý."),
        roles=(Role.LEADER,),
        make_form=_reassign_form,
        perform=lambda form, **kwargs: assignment.reassign_step(to_id=form.to_id, **kwargs),
    )
)


def _fix_form(page: WorkPage, at: datetime, **kwargs: Any) -> forms.FixFeeForm:
    lines = desk_forms.list_undetermined(page)
    return forms.FixFeeForm(lines=[(line.pk, line.name) for line in lines], **kwargs)


def _fix(form: Any, **kwargs: Any) -> object:
    amounts = {
        line_id: fees.FixedAmount(
            form.cleaned_data[f"amount_{line_id}"], form.cleaned_data[f"ground_{line_id}"].strip()
        )
        for line_id in form.line_ids
    }
    return fees.fix_amount(amounts=amounts, **kwargs)


fix_fee = deed_view(
    Deed(
        name="fix_fee",
        title=gettext_lazy("Xác định mức phí, lệ phí"),
        lead=gettext_lazy(
            "Danh mục không ghi mức thu cố định. Ghi số tiền và căn cứ; công dân thấy cả hai."
        ),
        done=gettext_lazy("Đã xác định mức thu."),
        roles=(Role.CLERK, Role.LEADER),
        make_form=_fix_form,
        perform=_fix,
    )
)


@require_POST
@staff_required(Role.CLERK, Role.OFFICER, Role.LEADER, Role.REGISTRAR)
def claim(request: StaffRequest, code: str) -> HttpResponse:
    """Take the open step; who came second reads whose it is."""
    at = timezone.now()
    dossier = get_dossier(request, code, at=at)
    typed = whole_number(request.POST.get(forms.VERSION, ""))
    version = -1 if typed is None else typed
    try:
        processing.claim_step(dossier_id=dossier.pk, by=request.user, at=at, version=version)
    except policies.NotYourDossier as error:
        raise PermissionDenied from error
    except (reception.StepTaken, lifecycle.StaleVersion, steps.NoOpenStep) as error:
        newer = get_dossier(request, code, at=at)
        page = desk_work.get_work_page(newer, request.user, request.roles, at=at)
        return overtaken(request, page, error=error)
    messages.success(request, _("Đã nhận việc."))
    return redirect("dossiers:work", code=code)
