"""
The demonstration's papers: scans, photographs and results, drawn here and marked as samples.

Nothing imitates a real form closely, and every page says "MẪU TRÌNH DIỄN" across its middle.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import fontpkg_be_vietnam_pro
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from portal.core.files import Inspected, inspect_upload
from portal.operations.services.seed_answers import Declared, Person
from portal.operations.services.seed_stories import (
    BIRTH,
    BUSINESS,
    FISHING,
    LABOUR,
    STATUS,
    VEHICLE,
    WEDDING,
    Story,
)

MARK: Final = "MẪU TRÌNH DIỄN"

_FONTS: Final = Path(fontpkg_be_vietnam_pro.__file__).resolve().parent / "files"
_PAGE: Final = (800, 1130)
_CARD: Final = (860, 540)
_PAPER: Final = (252, 251, 246)
_INK: Final = (38, 38, 46)
_PALE: Final = (120, 120, 128)
_RED: Final = (190, 30, 45)
_DESKS: Final = ((112, 88, 66), (74, 84, 92), (150, 138, 120))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a paper: who issued it, its title, and its lines."""

    issuer: str
    title: str
    lines: tuple[str, ...]
    signed: str = ""


@dataclass(frozen=True, slots=True)
class PaperFile:
    """One file as a citizen would upload it."""

    paper_key: str
    name: str
    data: bytes
    pages: int = 1

    def facts(self) -> Inspected:
        """Return what inspecting it would find; of each kind only one is really opened."""
        return facts_of(self.data, self.name, pages=self.pages)


def papers_of(story: Story, told: Declared, owner: Person) -> list[PaperFile]:
    """Return the files that the owner of a story uploads with it."""
    return list(_papers(story, told, owner))


def blurred_photo(story: Story, told: Declared, owner: Person) -> bytes:
    """Return the photograph of a birth's paper that a clerk cannot read."""
    return _photo(_page(_birth_sheet(told, owner)), story.number, is_blurred=True)


def clear_photo(story: Story, told: Declared, owner: Person) -> bytes:
    """Return the same paper photographed again, readable."""
    return _photo(_page(_birth_sheet(told, owner)), story.number + 1)


def result_pdf(*, issuer: str, title: str, number: str, lines: Sequence[str], signed: str) -> bytes:
    """Return the result that a registrar publishes."""
    return _pdf([_page(Sheet(issuer, title.upper(), (f"Số: {number}", *lines), signed))])


def facts_of(data: bytes, name: str, *, pages: int = 1) -> Inspected:
    """Return the facts of a file drawn here, without opening it in a child process of its own."""
    sample = _sample(name.rpartition(".")[2])
    digest = hashlib.sha256(data).hexdigest()
    return replace(sample, size=len(data), sha256=digest, pages=pages, safe_name=name)


@cache
def _sample(extension: str) -> Inspected:
    page = _page(Sheet("", MARK, ()))
    data = {"pdf": lambda: _pdf([page]), "jpg": lambda: _photo(page, 1), "png": lambda: _png(page)}
    return inspect_upload(io.BytesIO(data[extension]()), f"mau.{extension}")


def _papers(story: Story, told: Declared, owner: Person) -> Iterator[PaperFile]:
    name = owner["full_name"]
    if story.procedure == BIRTH:
        yield from _birth_papers(story, told, owner)
    elif story.procedure in _DEPARTMENTS:
        yield _department_paper(story, name)
    elif story.procedure == STATUS and told.case == "cap-lai":
        sheet = Sheet(
            "ỦY BAN NHÂN DÂN XÃ BÌNH LÂM",
            "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
            (f"Họ và tên: {name}", "Cấp ngày 14/01/2026", "Giá trị 06 tháng kể từ ngày cấp"),
        )
        yield PaperFile("giay-da-cap", "giay-xac-nhan-cu.jpg", _photo(_page(sheet), story.number))
    elif story.procedure == WEDDING and "a_hon_nhan_truoc" in told.answers:
        sheet = Sheet(
            "TÒA ÁN NHÂN DÂN TỈNH ĐÔNG HẢI",
            "QUYẾT ĐỊNH CÔNG NHẬN THUẬN TÌNH LY HÔN",
            ("Số 41/2022/QĐST-HNGĐ ngày 17/06/2022", f"Người yêu cầu: {name}"),
        )
        second = Sheet("TÒA ÁN NHÂN DÂN TỈNH ĐÔNG HẢI", "QUYẾT ĐỊNH (trang 2)", ("Nơi nhận: …",))
        yield PaperFile(
            "giay-chung-minh-hon-nhan",
            "quyet-dinh-ly-hon.pdf",
            _pdf([_page(sheet), _page(second)]),
            2,
        )
    elif story.procedure == BUSINESS and story.is_family:
        sheet = Sheet(
            "",
            "VĂN BẢN ỦY QUYỀN CỦA CÁC THÀNH VIÊN HỘ GIA ĐÌNH",
            (f"Cử ông/bà {name} làm chủ hộ kinh doanh", "Đã chứng thực tại phường Sông Tranh"),
        )
        yield PaperFile("uy-quyen-gia-dinh", "uy-quyen-gia-dinh.pdf", _pdf([_page(sheet)]))
    elif story.procedure == BUSINESS and story.number % 5 == 2:
        sheet = Sheet("", "GIẤY ỦY QUYỀN NỘP HỒ SƠ", (f"Người ủy quyền: {name}",))
        yield PaperFile("uy-quyen-nop-ho-so", "giay-uy-quyen.pdf", _pdf([_page(sheet)]))
        yield PaperFile("can-cuoc-nguoi-uy-quyen", "can-cuoc.png", _card(owner))


# What departments ask for: key of the paper, name of the file, title.
_DEPARTMENTS: Final = {
    LABOUR: ("noi-quy", "noi-quy-lao-dong.pdf", "NỘI QUY LAO ĐỘNG"),
    VEHICLE: ("dang-ky-xe", "dang-ky-xe.jpg", "CHỨNG NHẬN ĐĂNG KÝ XE"),
    FISHING: ("anh-tau", "anh-tau.jpg", "ẢNH TÀU CÁ (MẠN PHẢI)"),
}


def _department_paper(story: Story, name: str) -> PaperFile:
    key, file_name, title = _DEPARTMENTS[story.procedure]
    page = _page(Sheet("", title, (f"Người nộp: {name}",)))
    is_pdf = file_name.endswith(".pdf")
    return PaperFile(key, file_name, _pdf([page]) if is_pdf else _photo(page, story.number))


def _birth_papers(story: Story, told: Declared, owner: Person) -> Iterator[PaperFile]:
    key = "giay-chung-sinh"
    sheet = _birth_sheet(told, owner)
    if story.path in {"asked", "answered"}:
        yield PaperFile(key, "IMG_2041.jpg", blurred_photo(story, told, owner))
        return
    if story.files == 1 and story.number % 3 == 0:
        yield PaperFile(key, "giay-chung-sinh.pdf", _pdf([_page(sheet)]))
        return
    yield PaperFile(key, "giay-chung-sinh-mat-truoc.jpg", _photo(_page(sheet), story.number))
    back = Sheet("", "PHẦN GHI CỦA CƠ SỞ Y TẾ", ("Người đỡ đẻ ký, ghi rõ họ tên",))
    if story.files > 1:
        yield PaperFile(key, "giay-chung-sinh-mat-sau.jpg", _photo(_page(back), story.number + 1))
    if story.files > 2:
        yield PaperFile(key, "giay-ra-vien.pdf", _pdf([_page(_discharge_sheet(told, owner))]))


def _birth_sheet(told: Declared, owner: Person) -> Sheet:
    answers = told.answers
    mother = answers.get("me_ho_ten") or answers.get("nop_ho_ten") or owner["full_name"]
    born = answers["tre_ngay_sinh"]
    return Sheet(
        str(answers["tre_noi_sinh"]).split(",", maxsplit=1)[0].upper(),
        "GIẤY CHỨNG SINH",
        (
            f"Họ và tên mẹ: {mother}",
            f"Đã sinh con ngày: {'/'.join(reversed(born.split('-')))}",
            f"Giới tính: {'Nam' if answers['tre_gioi_tinh'] == 'nam' else 'Nữ'}",
            "Cân nặng: 3.200 g",
            f"Dự kiến đặt tên: {answers['tre_ho_ten']}",
            f"Nơi sinh: {str(answers['tre_noi_sinh']).split(',', maxsplit=1)[0]}",
        ),
        "Thủ trưởng cơ sở y tế",
    )


def _discharge_sheet(told: Declared, owner: Person) -> Sheet:
    place = str(told.answers["tre_noi_sinh"]).split(",", maxsplit=1)[0]
    return Sheet(place.upper(), "GIẤY RA VIỆN", (f"Họ và tên: {owner['full_name']}",))


def _page(sheet: Sheet) -> Image.Image:
    image = Image.new("RGB", _PAGE, _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((28, 28, _PAGE[0] - 28, _PAGE[1] - 28), outline=_PALE, width=2)
    pen.text((400, 70), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", _INK, _font("Bold", 21), "mm")
    pen.text((400, 102), "Độc lập - Tự do - Hạnh phúc", _INK, _font("Bold", 19), "mm")
    pen.line((290, 122, 510, 122), _INK, 2)
    pen.text((400, 165), sheet.issuer, _INK, _font("Regular", 20), "mm")
    y = 250
    for part in _wrapped(sheet.title, "Bold", 32):
        pen.text((400, y), part, _RED, _font("Bold", 32), "mm")
        y += 44
    y += 40
    for line in sheet.lines:
        for part in _wrapped(line, "Regular", 23):
            pen.text((80, y), part, _INK, _font("Regular", 23))
            y += 36
        y += 12
    if sheet.signed:
        pen.text((560, 900), "(Đã ký, đóng dấu)", _PALE, _font("Italic", 20), "mm")
        pen.text((560, 1010), sheet.signed, _INK, _font("Bold", 22), "mm")
        pen.ellipse((440, 870, 570, 1000), outline=_RED, width=4)
    _mark(image)
    return image


def _card(owner: Person) -> bytes:
    image = Image.new("RGB", _CARD, (214, 232, 226))
    pen = ImageDraw.Draw(image)
    pen.text((430, 50), "CĂN CƯỚC", _RED, _font("Bold", 40), "mm")
    pen.rectangle((40, 130, 260, 420), fill=(236, 240, 238), outline=_PALE, width=2)
    pen.ellipse((105, 180, 195, 280), fill=_PALE)
    pen.chord((75, 290, 225, 470), 180, 360, fill=_PALE)
    born = "/".join(reversed(owner["date_of_birth"].split("-")))
    rows = (
        ("Số", owner["identity_number"]),
        ("Họ, chữ đệm, tên", owner["full_name"]),
        ("Ngày sinh", born),
        ("Giới tính", "Nữ" if owner["sex"] == "female" else "Nam"),
    )
    for position, (label, value) in enumerate(rows):
        pen.text((300, 120 + position * 84), label, _PALE, _font("Regular", 20))
        pen.text((300, 146 + position * 84), value, _INK, _font("Bold", 30))
    _mark(image)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


def _photo(page: Image.Image, number: int, *, is_blurred: bool = False) -> bytes:
    """Lay a page on a table, a little askew, as a telephone would take it."""
    desk = _DESKS[number % len(_DESKS)]
    small = page.resize((720, 1017))
    askew = small.rotate(
        number % 7 - 3 or 2, expand=True, fillcolor=desk, resample=Image.Resampling.BILINEAR
    )
    table = Image.new("RGB", (askew.width + 60, askew.height + 80), desk)
    table.paste(askew, (30, 40))
    if is_blurred:
        table = table.filter(ImageFilter.GaussianBlur(7))
    output = io.BytesIO()
    table.save(output, "JPEG", quality=74)
    return output.getvalue()


def _pdf(pages: Sequence[Image.Image]) -> bytes:
    output = io.BytesIO()
    first, *others = pages
    first.save(output, "PDF", resolution=96, save_all=True, append_images=others, quality=74)
    return output.getvalue()


def _mark(image: Image.Image) -> None:
    """Write the mark across the middle, so that no crop of a page looks real."""
    font = _font("Bold", 84 if image.width < image.height else 72)
    layer = Image.new("RGBA", (760, 140), (0, 0, 0, 0))
    ImageDraw.Draw(layer).text((380, 70), MARK, (*_RED, 92), font, "mm")
    turned = layer.rotate(24, expand=True, resample=Image.Resampling.BILINEAR)
    place = ((image.width - turned.width) // 2, (image.height - turned.height) // 2)
    image.paste(turned, place, turned)


def _wrapped(text: str, face: str, size: int) -> Iterator[str]:
    font = _font(face, size)
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if font.getlength(longer) > _PAGE[0] - 160 and line:
            yield line
            line = word
        else:
            line = longer
    yield line


@cache
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"BeVietnamPro-{face}.ttf"), size)
