"""The forms of filing. They carry what was typed; the checks of the parts judge it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import Unit
from dossiers.enums import Relation
from procedures.enums import ResultDelivery
from procedures.models import Case, FeeRule

MAX_RADIOS: Final = 8
CHOSEN_PEOPLE: Final = (
    "relation",
    "child_name",
    "child_born",
    "child_identity",
    "principal_name",
    "principal_born",
    "principal_identity",
)
RETURN_WORDS: Final = {
    ResultDelivery.ONLINE: gettext_lazy("Nhận bản điện tử trên cổng này, không mất thêm tiền"),
    ResultDelivery.COUNTER: gettext_lazy("Đến nhận tại quầy"),
    ResultDelivery.POST: gettext_lazy("Nhận tại nhà qua bưu chính, trả cước khi nhận"),
}


class FilingForm(forms.Form):
    """A part of a page: form tag, token and buttons stand in the template."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not FormHelper(self): that would draw only the fields known by now.
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def must(self, *names: str) -> None:
        """Mark fields as mandatory to the eye; the check, not Django, says what is missing."""
        for name in names:
            self.fields[name].conditionally_required = True  # type: ignore[attr-defined]

    def show(self, errors: Mapping[str, str]) -> None:
        """Put the sentences of a check beside their fields."""
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)


class AgencyForm(FilingForm):
    """Which agency, and which case of the procedure; only what is really a choice is asked."""

    def __init__(
        self, *args: Any, agencies: Sequence[Unit], cases: Sequence[Case], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(agencies) > 1:
            choices = [(str(unit.pk), unit.name) for unit in agencies]
            is_long = len(choices) > MAX_RADIOS
            self.fields["agency"] = forms.CharField(
                label=_("Nộp hồ sơ đến cơ quan nào?"),
                help_text=_("Chọn xã, phường nơi cư trú, hoặc nơi có sự việc cần giải quyết."),
                required=False,
                widget=forms.Select(choices=[("", _("– Chọn –")), *choices])
                if is_long
                else forms.RadioSelect(choices=choices),
            )
            self.must("agency")
        if len(cases) > 1:
            self.fields["case"] = forms.CharField(
                label=_("Trường hợp nào đúng với hồ sơ này?"),
                required=False,
                widget=forms.RadioSelect(
                    choices=[
                        (case.key, f"{case.name}. {case.hint}" if case.hint else case.name)
                        for case in cases
                    ]
                ),
            )
            self.must("case")


class PeopleForm(FilingForm):
    """For whom the dossier is, and how to reach whoever files it."""

    relation = forms.CharField(
        label=gettext_lazy("Hồ sơ này làm cho ai?"),
        required=False,
        widget=forms.RadioSelect(
            choices=[
                (Relation.SELF.value, gettext_lazy("Cho chính tôi")),
                (Relation.MINOR_CHILD.value, gettext_lazy("Cho con chưa đủ 18 tuổi của tôi")),
                (
                    Relation.PRINCIPAL.value,
                    gettext_lazy("Cho người ủy quyền cho tôi bằng giấy có công chứng, chứng thực"),
                ),
            ]
        ),
    )
    child_name = forms.CharField(
        label=gettext_lazy("Họ, chữ đệm, tên của con"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # Text, not a date: it is carried as typed, and the check reads the day.
    child_born = forms.CharField(
        label=gettext_lazy("Ngày sinh của con"),
        help_text=gettext_lazy("Ví dụ: 27/3/2019"),
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-day"}
        ),
    )
    child_identity = forms.CharField(
        label=gettext_lazy("Số định danh cá nhân của con"),
        help_text=gettext_lazy("12 số. Con chưa được cấp số thì bỏ trống."),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    principal_name = forms.CharField(
        label=gettext_lazy("Họ, chữ đệm, tên của người ủy quyền"),
        help_text=gettext_lazy("Như ghi trong giấy ủy quyền. Ảnh giấy được hỏi ở bước Giấy tờ."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    principal_born = forms.CharField(
        label=gettext_lazy("Ngày sinh của người ủy quyền"),
        help_text=gettext_lazy("Ví dụ: 27/3/1990"),
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-day"}
        ),
    )
    principal_identity = forms.CharField(
        label=gettext_lazy("Số định danh cá nhân của người ủy quyền"),
        help_text=gettext_lazy("12 số."),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Số điện thoại nhận tin về hồ sơ"),
        help_text=gettext_lazy("Số di động, ví dụ 0912 345 678."),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    email = forms.CharField(
        label=gettext_lazy("Thư điện tử"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Nơi cư trú hiện nay"),
        help_text=gettext_lazy("Số nhà, đường hoặc thôn; xã, phường; tỉnh, thành phố."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def __init__(
        self,
        *args: Any,
        by_email: bool = False,
        client: str = "",
        is_organisation: bool = False,
        **kwargs: Any,
    ) -> None:
        """:param client: for whom somebody files who acts for another; then nobody is chosen."""
        super().__init__(*args, **kwargs)
        # Who lives abroad has no Vietnamese number, and is told by e-mail.
        self.must("email" if by_email else "phone", "address")
        if client:
            for name in CHOSEN_PEOPLE:
                del self.fields[name]
            self.fields["address"].label = (
                _("Trụ sở của tổ chức")
                if is_organisation
                else _("Nơi cư trú hiện nay của %(name)s") % {"name": client}
            )
            self.helper.layout = Layout("phone", "email", "address")
            return
        self.must("relation", "child_name", "child_born")
        self.must("principal_name", "principal_born", "principal_identity")
        self.helper.layout = Layout(
            "relation",
            Div(
                "child_name",
                "child_born",
                "child_identity",
                **{
                    "data-module": "reveal",
                    "data-show-if": f"relation={Relation.MINOR_CHILD.value}",
                },
            ),
            Div(
                "principal_name",
                "principal_born",
                "principal_identity",
                **{"data-module": "reveal", "data-show-if": f"relation={Relation.PRINCIPAL.value}"},
            ),
            "phone",
            "email",
            "address",
        )


class ReturnForm(FilingForm):
    """How the result comes, and the numbers on which the fees depend."""

    def __init__(
        self,
        *args: Any,
        offered: Sequence[str],
        desk: str,
        rules: Sequence[FeeRule],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (value.value, f"{words}: {desk}" if value == "COUNTER" else words)
            for value, words in RETURN_WORDS.items()
            if value in offered
        ]
        self.fields["method"] = forms.CharField(
            label=_("Nhận kết quả bằng cách nào?"),
            required=False,
            widget=forms.RadioSelect(choices=choices),
        )
        self.must("method")
        parts: list[Any] = ["method"]
        if ResultDelivery.POST in offered:
            self.fields["address"] = forms.CharField(
                label=_("Địa chỉ nhận kết quả"),
                help_text=_("Số nhà, đường hoặc thôn; xã, phường; tỉnh, thành phố."),
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
            )
            self.must("address")
            shown = {"data-module": "reveal", "data-show-if": "method=POST"}
            parts.append(Div("address", **shown))
        for rule in rules:
            parts += self._fee_fields(rule)
        self.helper.layout = Layout(*parts)

    def _fee_fields(self, rule: FeeRule) -> list[str]:
        names = []
        if rule.asks_quantity:
            name = f"quantity_{rule.key}"
            self.fields[name] = forms.CharField(
                label=_("%(fee)s: cần bao nhiêu %(unit)s?")
                % {"fee": rule.name, "unit": rule.get_unit_display()},
                help_text=_("Không cần thì nhập 0."),
                required=False,
                widget=forms.TextInput(
                    attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}
                ),
            )
            self.must(name)
            names.append(name)
        if rule.exemptions:
            name = f"exemption_{rule.key}"
            self.fields[name] = forms.CharField(
                label=_("%(fee)s: có thuộc diện được miễn không?") % {"fee": rule.name},
                required=False,
                widget=forms.RadioSelect(
                    choices=[("", _("Không thuộc diện được miễn")), *_exemptions(rule)]
                ),
            )
            self.must(name)
            names.append(name)
        return names


class SubmitForm(FilingForm):
    """The promise, and, where no script runs, the one-time code."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    promise = forms.BooleanField(
        label=gettext_lazy("Tôi xin chịu trách nhiệm về nội dung đã khai"),
        error_messages={
            "required": gettext_lazy("Đánh dấu vào ô cam đoan rồi mới nộp được hồ sơ.")
        },
    )

    def __init__(self, *args: Any, asks_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asks_code:
            self.fields["code"] = forms.CharField(
                label=_("Mã xác nhận vừa gửi"),
                help_text=_("6 số, dùng trong 5 phút."),
                required=False,
                widget=forms.TextInput(
                    attrs={
                        "inputmode": "numeric",
                        "autocomplete": "one-time-code",
                        "class": "input-code",
                    }
                ),
            )
            self.must("code")


def _exemptions(rule: FeeRule) -> list[tuple[str, str]]:
    return [
        (
            one["key"],
            _("%(name)s (giấy tờ chứng minh: %(proof)s)") % one
            if one.get("proof")
            else one["name"],
        )
        for one in rule.exemptions
    ]
