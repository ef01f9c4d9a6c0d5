"""Two-level addresses: province, commune, and the rest in words."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from portal.core.text import fold
from procedures.eform.definition import ADDRESS_PARTS, Field
from procedures.eform.values import FieldError, Places, tidy_line

MAX_NAME: Final = 100
MAX_DETAIL: Final = 300
PROVINCE_KINDS: Final = ("thanh pho ", "tp. ", "tp ", "tinh ")
COMMUNE_KINDS: Final = ("phuong ", "p. ", "xa ", "dac khu ")


class AddressError(FieldError):
    """An address that cannot be taken; `part` says which of its inputs to mend or still fill."""

    def __init__(self, part: str, sentence: str, *, is_missing: bool = False) -> None:
        """Keep the input beside the sentence."""
        super().__init__(sentence)
        self.part = part
        self.is_missing = is_missing


def clean_address(
    field: Field, typed: Mapping[str, str], *, places: Places | None
) -> dict[str, str] | None:
    """
    Turn the three inputs of an address into its stored value.

    Without `places` the names are taken as typed and carry no code. The province may come as a
    code or a name; the commune is found by its name, with or without diacritics and kind.

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
        raise AddressError("province", _("Chọn tỉnh hoặc thành phố."), is_missing=True)
    province_code, province_name = _find_province(province, places)
    if not commune:
        raise AddressError("commune", _("Nhập tên xã, phường hoặc đặc khu."), is_missing=True)
    commune_code, commune_name = _find_commune(commune, province_code, province_name, places)
    return {
        "province": province_code,
        "province_name": province_name,
        "commune": commune_code,
        "commune_name": commune_name,
        "detail": detail,
    }


def _find_province(typed: str, places: Places | None) -> tuple[str, str]:
    if places is None:
        return "", _short(typed, "province")
    found = _find(typed, places(None), PROVINCE_KINDS)
    if len(found) != 1:
        raise AddressError("province", _("Chọn tỉnh hoặc thành phố trong danh sách."))
    return found[0]


def _find_commune(
    typed: str, province_code: str, province_name: str, places: Places | None
) -> tuple[str, str]:
    if places is None:
        return "", _short(typed, "commune")
    found = _find(typed, places(province_code), COMMUNE_KINDS)
    if len(found) > 1:
        names = _(" hay ").join(f"“{name}”" for _code, name in found)
        raise AddressError("commune", _("Ghi rõ là %(names)s.") % {"names": names})
    if not found:
        raise AddressError(
            "commune",
            _(
                "%(province)s không có xã, phường này theo tên gọi từ 01/07/2025. Chọn tên trong "
                "danh sách gợi ý; tên cũ, nếu cần, ghi thêm ở ô số nhà, đường."
            )
            % {"province": province_name},
        )
    return found[0]


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
