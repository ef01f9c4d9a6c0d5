"""Two-level addresses: province, commune, and the rest in words."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from portal.core.places import MAX_OFFERED, Candidate
from portal.core.text import fold
from procedures.eform.definition import ADDRESS_PARTS, Field, FieldType
from procedures.eform.values import FieldError, Gazetteer, Places, tidy_line

MAX_NAME: Final = 100
MAX_DETAIL: Final = 300
PROVINCE_KINDS: Final = ("thanh pho ", "tp. ", "tp ", "tinh ")
COMMUNE_KINDS: Final = ("phuong ", "p. ", "xa ", "dac khu ")


class AddressError(FieldError):
    """
    An address that cannot be taken; `part` says which of its inputs to mend or still fill.

    `choices` are the communes that what was typed may mean: the page asks which.
    """

    def __init__(
        self,
        part: str,
        sentence: str,
        *,
        is_missing: bool = False,
        choices: Sequence[Candidate] = (),
    ) -> None:
        """Keep the input beside the sentence."""
        super().__init__(sentence)
        self.part = part
        self.is_missing = is_missing
        self.choices = tuple(choices)


def clean_address(
    field: Field, typed: Mapping[str, str], *, places: Places | None, picked: str = ""
) -> dict[str, str] | None:
    """
    Turn the three inputs of an address into its stored value.

    Without `places` the names are taken as typed and carry no code. The province may come as a
    code or a name; the commune is found by its name, with or without diacritics and kind. Where
    the name is an old one or means several communes, the error carries the choices, and `picked`
    is the code that the person then chose; one that answers another name counts for nothing.

    :raises AddressError: if a part is unknown, too long or missing.
    """
    province, commune, detail = (tidy_line(typed.get(part, "")) for part in ADDRESS_PARTS)
    if not (province or commune or detail):
        return None
    if len(detail) > MAX_DETAIL:
        raise AddressError(
            "detail", _("Rút gọn còn tối đa %(limit)d ký tự.") % {"limit": MAX_DETAIL}
        )
    if not province:
        known = _candidates(commune, "", places)
        found = _picked(known, picked)
        if found is None:
            raise AddressError(
                "province",
                _("Chọn tỉnh hoặc thành phố."),
                is_missing=True,
                choices=known if len(known) <= MAX_OFFERED else (),
            )
        return {**_commune_of(found), "detail": detail}
    province_code, province_name = _find_province(province, places)
    if not commune:
        raise AddressError("commune", _("Nhập tên xã, phường hoặc đặc khu."), is_missing=True)
    return {
        **_find_commune(commune, province_code, province_name, places, picked=picked),
        "detail": detail,
    }


def choices_of(name: str, *, province: str, places: Places) -> tuple[Candidate, ...]:
    """Return what a page must ask between for a typed commune; () if it is clear, or unknown."""
    asked = Field(key="address", type=FieldType.ADDRESS, label="")
    try:
        clean_address(asked, {"province": province, "commune": name}, places=places)
    except AddressError as error:
        return error.choices
    return ()


def _find_province(typed: str, places: Places | None) -> tuple[str, str]:
    if places is None:
        return "", _short(typed, "province")
    if isinstance(places, Gazetteer) and (named := places.province(typed)):
        return named
    found = _find(typed, places(None), PROVINCE_KINDS)
    if len(found) != 1:
        raise AddressError("province", _("Chọn tỉnh hoặc thành phố trong danh sách."))
    return found[0]


def _find_commune(
    typed: str,
    province_code: str,
    province_name: str,
    places: Places | None,
    *,
    picked: str,
) -> dict[str, str]:
    province = {"province": province_code, "province_name": province_name}
    if places is None:
        return {**province, "commune": "", "commune_name": _short(typed, "commune")}
    found = _find(typed, places(province_code), COMMUNE_KINDS)
    if len(found) == 1:
        return {**province, "commune": found[0][0], "commune_name": found[0][1]}
    if found:
        names = _(" hay ").join(f"“{name}”" for _code, name in found)
        choices = [Candidate(*one, province_code, province_name) for one in found]
        sentence = _("Ghi rõ là %(names)s.") % {"names": names}
    else:
        choices = _candidates(typed, province_code, places)
        sentence = _unknown(choices, province_name)
    if chosen := _picked(choices, picked):
        return _commune_of(chosen)
    too_many = len(choices) > MAX_OFFERED
    raise AddressError("commune", sentence, choices=() if too_many else choices)


def _unknown(choices: Sequence[Candidate], province_name: str) -> str:
    """Say what to do about a name that is not one of the province's communes."""
    names = {"province": province_name}
    if len(choices) > MAX_OFFERED:
        return _("Nhiều nơi từng có tên này. Ghi thêm quận, huyện cũ, ví dụ “Phường 1, Quận 3”.")
    if choices and any(one.former for one in choices):
        return _("Đây là tên gọi trước ngày 01/07/2025. Chọn tên gọi hiện nay ở ngay bên dưới.")
    if choices:
        return _("%(province)s không có xã, phường tên này. Chọn nơi đúng ở ngay bên dưới.") % names
    return (
        _(
            "%(province)s không có xã, phường này. Kiểm tra lại cách viết, hoặc ghi kèm quận, "
            "huyện cũ, ví dụ “Phường 1, Quận 3”."
        )
        % names
    )


def _candidates(typed: str, province: str, places: Places | None) -> list[Candidate]:
    if not typed or not isinstance(places, Gazetteer):
        return []
    return places.suggest(typed, province)


def _picked(choices: Sequence[Candidate], code: str) -> Candidate | None:
    return next((one for one in choices if code and one.code == code), None)


def _commune_of(found: Candidate) -> dict[str, str]:
    return {
        "province": found.province,
        "province_name": found.province_name,
        "commune": found.code,
        "commune_name": found.name,
    }


def _short(typed: str, part: str) -> str:
    if len(typed) > MAX_NAME:
        raise AddressError(part, _("Rút gọn còn tối đa %(limit)d ký tự.") % {"limit": MAX_NAME})
    return typed


def _find(
    typed: str, choices: Sequence[tuple[str, str]], kinds: tuple[str, ...]
) -> list[tuple[str, str]]:
    for code, name in choices:
        if typed in {code, name}:
            return [(code, name)]
    found: list[tuple[str, str]] = []
    for simplify in (fold, lambda text: _bare(fold(text), kinds)):
        wanted = simplify(typed)
        found = [(code, name) for code, name in choices if simplify(name) == wanted]
        if found:
            break
    return found


def _bare(folded: str, kinds: tuple[str, ...]) -> str:
    return next((folded.removeprefix(kind) for kind in kinds if folded.startswith(kind)), folded)


def typed_address(value: Mapping[str, str]) -> dict[str, str]:
    """Write a stored address as its three inputs."""
    return {
        "province": value.get("province") or value.get("province_name", ""),
        "commune": value.get("commune_name", ""),
        "detail": value.get("detail", ""),
    }


def address_text(value: Mapping[str, str]) -> str:
    """Write an address on one line, from the house to the province."""
    parts = (value.get("detail"), value.get("commune_name"), value.get("province_name"))
    return ", ".join(part for part in parts if part)
