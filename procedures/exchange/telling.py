"""What a document changes, in a few words for its line of the report."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _, gettext_lazy

from portal.core.text import fold
from procedures.exchange.columns import Row
from procedures.models import Procedure, Revision

_PARTS: Final = {
    "form": gettext_lazy("tờ khai điện tử"),
    "cases": gettext_lazy("trường hợp, thời hạn, phí"),
    "case_questions": gettext_lazy("câu hỏi tìm trường hợp"),
    "papers": gettext_lazy("giấy tờ"),
    "printable_forms": gettext_lazy("biểu mẫu"),
}


def differing_parts(before: Row, given: Row) -> list[str]:
    """Return in words which parts of a revision differ."""
    names = []
    for name, value in given.items():
        if before.get(name) == value:
            continue
        if name in _PARTS:
            names.append(str(_PARTS[name]))
        else:
            names.append(str(Revision._meta.get_field(name).verbose_name))  # type: ignore[union-attr]  # noqa: SLF001
    return names


def kept_words(procedure: Procedure, document: Mapping[str, Any]) -> list[str]:
    """Say what a file says otherwise of the procedure itself, which no draft holds."""
    words = []
    if fold(document["field"]["name"]) != fold(procedure.field.name):
        words.append(_("lĩnh vực ở đây là “%s”: giữ nguyên") % procedure.field.name)
    if sorted(document["tiers"]) != sorted(procedure.tiers):
        words.append(_("cấp thực hiện ghi khác: giữ nguyên"))
    return words
