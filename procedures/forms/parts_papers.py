"""The forms of a draft's papers and of its printable forms."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from procedures.enums import PaperSource
from procedures.forms.part_base import PartForm, choose_from, said_by
from procedures.forms.part_fields import LONG, CountField, ManyField, OneField, PlainField
from procedures.forms.part_rows import RowForm, StoredFile
from procedures.models import Revision
from procedures.services import parts_papers
from procedures.services.parts_papers import FormRow, Forms, PaperRow, Papers


class PaperForm(RowForm):
    """One paper."""

    noun = _("giấy tờ")

    name = PlainField(label=_("Tên giấy tờ"), max_length=7000, lines=2)
    plain_name = PlainField(label=_("Tên thường gọi"), max_length=200, required=False)
    case_keys = ManyField(
        label=_("Cần cho trường hợp"),
        required=False,
        help_text=_("Không đánh dấu ô nào: cần cho mọi trường hợp."),
    )
    originals = CountField(label=_("Bản chính"), least=0, most=99, initial=1)
    copies = CountField(label=_("Bản sao"), least=0, most=99, initial=0)
    is_mandatory = forms.BooleanField(label=_("Bắt buộc"), required=False, initial=True)
    condition = PlainField(
        label=_("Không bắt buộc thì khi nào phải nộp"), max_length=500, required=False
    )
    source = OneField(
        label=_("Nộp bằng cách nào"), choices=PaperSource.choices, initial=PaperSource.UPLOAD
    )
    hint = PlainField(label=_("Hướng dẫn"), max_length=LONG, required=False, lines=2)
    reuse_key = forms.RegexField(
        regex=r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z",
        label=_("Mã dùng lại"),
        max_length=64,
        required=False,
        help_text=_("Giấy tờ cùng mã ở thủ tục khác được lấy lại, ví dụ: can-cuoc."),
        error_messages={
            "invalid": _("Mã chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, ví dụ can-cuoc.")
        },
    )
    must_be_signed = forms.BooleanField(label=_("Phải ký số"), required=False)

    def add_choices(self) -> None:
        choose_from(self, "case_keys", self.known.cases)

    def facts(self) -> str:
        """Return in a line how many are asked for, for the folded row."""
        # A row just added is of nothing yet.
        if not self.is_bound and "originals" in self.initial:
            words = [
                gettext("%s bản chính") % self.initial.get("originals", 0),
                gettext("%s bản sao") % self.initial.get("copies", 0),
            ]
            if not self.initial.get("is_mandatory", True):
                words.append(gettext("khi cần"))
            return ", ".join(words)
        return ""


class PapersForm(PartForm):
    lists: ClassVar = {"papers": PaperForm}

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        papers = parts_papers.read_papers(revision).papers
        return {"papers": [said_by(row) | {"case_keys": list(row.case_keys)} for row in papers]}

    def part(self) -> Papers:
        return Papers(
            tuple(
                PaperRow(
                    **{
                        name: row.cleaned_data[name]
                        for name in PaperRow.__dataclass_fields__
                        if name not in {"key", "case_keys"}
                    },
                    key=row.key,
                    case_keys=tuple(row.cleaned_data["case_keys"]),
                )
                for row in self.kept("papers")
            )
        )


class PrintableRow(RowForm):
    """One form to download."""

    noun = _("biểu mẫu")

    name = PlainField(label=_("Tên biểu mẫu"), max_length=300)
    paper_key = OneField(label=_("Là mẫu của giấy tờ"), required=False)
    file = forms.FileField(
        label=_("Tệp PDF hoặc Word (.docx)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx"}),
        error_messages={"empty": _("Tệp này rỗng. Chọn tệp khác.")},
    )

    def add_choices(self) -> None:
        # A chosen file survives when rows are moved: no server can put it back.
        self.fields["file"].widget.attrs["hx-preserve"] = "true"
        choose_from(
            self, "paper_key", (("", gettext("không gắn với giấy tờ nào")), *self.known.papers)
        )

    @property
    def stored(self) -> StoredFile | None:
        """The file that is stored for the row, None for a new one."""
        return self.known.files.get(self.key)


class PrintablesForm(PartForm):
    lists: ClassVar = {"forms": PrintableRow}

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        rows = parts_papers.read_forms(revision).forms
        return {"forms": [said_by(row, without="file") for row in rows]}

    def part(self) -> Forms:
        """Return the rows without their files, which are looked at first."""
        return Forms(
            tuple(
                FormRow(row.key, row.cleaned_data["name"], row.cleaned_data["paper_key"])
                for row in self.kept("forms")
            )
        )
