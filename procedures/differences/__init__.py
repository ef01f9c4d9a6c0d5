"""What one revision says otherwise than another, told in sentences, part by part."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.utils.translation import gettext as _, gettext_lazy
from django_stubs_ext import StrOrPromise

from procedures.differences import content, eform
from procedures.differences.words import (
    Change,
    Kind,
    PartChanges,
    added,
    became,
    list_changes,
    matched,
    removed,
    text_changes,
)
from procedures.eform.parsing import parse_definition
from procedures.eform.schema import FormDefinitionError
from procedures.facts import decision_words
from procedures.models import Revision

__all__ = ["Change", "Kind", "PartChanges", "compare"]

_TEXTS: Final[tuple[tuple[str, StrOrPromise], ...]] = (
    ("name", gettext_lazy("Tên chính thức")),
    ("everyday_name", gettext_lazy("Tên thường gọi")),
    ("summary", gettext_lazy("Thủ tục này để làm gì")),
    ("agency_text", gettext_lazy("Cơ quan thực hiện")),
    ("requirements", gettext_lazy("Yêu cầu, điều kiện")),
)
_LISTS: Final[tuple[tuple[str, StrOrPromise], ...]] = (
    ("keywords", gettext_lazy("từ khóa")),
    ("subjects", gettext_lazy("đối tượng")),
    ("results", gettext_lazy("kết quả")),
)


def compare(old: Revision, new: Revision) -> list[PartChanges]:
    """Return the parts in which `new` differs from `old`, in the order of the editor's pages."""
    cases = (
        list(old.cases.prefetch_related("times", "fees")),
        list(new.cases.prefetch_related("times", "fees")),
    )
    parts: list[tuple[StrOrPromise, Iterable[Change]]] = [
        (_("Tên và mô tả"), _general(old, new)),
        (_("Trình tự thực hiện"), _steps(old, new)),
        (_("Cách nộp"), _filing(old, new)),
        (_("Trường hợp và thời hạn"), content.case_changes(*cases)),
        (_("Phí, lệ phí"), content.fee_changes(*cases)),
        (_("Giấy tờ"), content.paper_changes(old.papers.all(), new.papers.all())),
        (
            _("Biểu mẫu tải về"),
            content.form_changes(old.printable_forms.all(), new.printable_forms.all()),
        ),
        (_("Tờ khai điện tử"), _eform(old, new)),
        (_("Căn cứ và quyết định công bố"), _grounds(old, new)),
    ]
    told = [PartChanges(label, tuple(changes)) for label, changes in parts]
    return [part for part in told if part.changes]


def _general(old: Revision, new: Revision) -> Iterator[Change]:
    for name, label in _TEXTS:
        yield from text_changes(label, getattr(old, name), getattr(new, name))
    for name, label in _LISTS:
        yield from list_changes(label, getattr(old, name), getattr(new, name))


def _steps(old: Revision, new: Revision) -> Iterator[Change]:
    def titled(step: dict[str, Any]) -> str:
        return str(step.get("title", ""))

    gone, come, both = matched(old.order_of_steps, new.order_of_steps, key=titled)
    yield from (removed(_("bước"), titled(one) or one.get("text", "")) for one in gone)
    yield from (added(_("bước"), titled(one) or one.get("text", "")) for one in come)
    for was, now in both:
        what = _("Bước “%s”") % titled(now) if titled(now) else _("Trình tự")
        yield from text_changes(what, was.get("text", ""), now.get("text", ""))


def _filing(old: Revision, new: Revision) -> Iterator[Change]:
    yield from text_changes(_("Nơi nộp và cách nộp"), old.filing_places, new.filing_places)
    yield from text_changes(_("Lưu ý về giấy tờ"), old.paper_notes, new.paper_notes)
    if old.dossier_sets != new.dossier_sets:
        yield became(_("Số bộ hồ sơ"), str(old.dossier_sets), str(new.dossier_sets))
    if old.fee_moment != new.fee_moment:
        yield became(
            _("Nộp phí, lệ phí khi"), old.get_fee_moment_display(), new.get_fee_moment_display()
        )
    if old.presence_required != new.presence_required:
        yield Change(
            Kind.CHANGED,
            _("Nay bắt buộc phải có mặt.")
            if new.presence_required
            else _("Không còn bắt buộc phải có mặt."),
        )
    yield from text_changes(_("Ghi chú về việc có mặt"), old.presence_note, new.presence_note)
    if old.required_identity != new.required_identity:
        yield became(
            _("Mức xác nhận danh tính khi nộp trực tuyến"),
            old.get_required_identity_display(),
            new.get_required_identity_display(),
        )


def _eform(old: Revision, new: Revision) -> Iterator[Change]:
    if old.form_version_id == new.form_version_id:
        return iter(())
    try:
        before, after = (
            parse_definition(one.form_version.definition) if one.form_version else None
            for one in (old, new)
        )
    except FormDefinitionError:
        # A draft's form may stand half way; its own page says what is wrong with it.
        return iter((Change(Kind.CHANGED, _("Tờ khai đang soạn chưa đọc được để so sánh.")),))
    return eform.form_changes(before, after)


def _grounds(old: Revision, new: Revision) -> Iterator[Change]:
    def number(ground: dict[str, Any]) -> str:
        return str(ground.get("number", ""))

    gone, come, _both = matched(old.legal_grounds, new.legal_grounds, key=number)
    for act, grounds in ((removed, gone), (added, come)):
        for one in grounds:
            yield act(
                _("căn cứ"), " ".join(part for part in (number(one), one.get("title", "")) if part)
            )
    was, now = (decision_words(one.decision_number, one.decision_date) for one in (old, new))
    if was != now:
        yield became(_("Quyết định công bố"), was, now)
