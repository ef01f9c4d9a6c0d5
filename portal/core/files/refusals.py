"""Why a file is not taken, in the citizen's words: what happened, what is safe, what to do."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _


class UnsafeFile(Exception):
    """A file was refused; `sentence` is for the person who sent it, `reason` for the log."""

    def __init__(self, sentence: str, *, reason: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reason = reason


def _kept() -> str:
    return _("Các tệp đã tải lên trước đó vẫn còn nguyên.")


SENTENCES: Final[Mapping[str, Callable[[], str]]] = {
    "empty": lambda: _("Tệp này rỗng, không có nội dung. Hãy mở thử tệp trên máy rồi chọn lại."),
    "too_large": lambda: _(
        "Tệp lớn hơn 10 MB nên không nhận được. Hãy quét lại ở 150–200 dpi, nén tệp PDF, "
        "hoặc tách thành nhiều tệp rồi tải từng tệp."
    ),
    "damaged_pdf": lambda: _(
        "Không mở được tệp PDF này: tệp bị hỏng hoặc tải chưa trọn. "
        "Hãy mở thử tệp trên máy, lưu lại bản mới rồi tải lên."
    ),
    "damaged_image": lambda: _(
        "Không mở được ảnh này: tệp bị hỏng hoặc tải chưa trọn. "
        "Hãy chụp hoặc lưu lại ảnh rồi tải lên."
    ),
    "encrypted": lambda: _(
        "Tệp PDF này đặt mật khẩu hoặc bị khóa nên cán bộ không mở được. "
        "Hãy mở tệp, chọn In rồi Lưu thành PDF, và tải lên bản không khóa."
    ),
    "active": lambda: _(
        "Tệp PDF này có lệnh tự chạy bên trong nên không được nhận, để bảo vệ máy của "
        "ông/bà và của cơ quan. Hãy mở tệp, chọn In rồi Lưu thành PDF, và tải lên bản mới."
    ),
    "attachment": lambda: _(
        "Tệp PDF này kèm tệp khác ở bên trong nên không được nhận. Hãy tải từng tệp kèm riêng, "
        "còn tệp này thì chọn In rồi Lưu thành PDF và tải lên bản mới."
    ),
    "dynamic_form": lambda: _(
        "Tệp PDF này là biểu mẫu động, nhiều máy không hiện được nội dung. "
        "Hãy mở tệp, chọn In rồi Lưu thành PDF, và tải lên bản mới."
    ),
    "too_many_pages": lambda: _(
        "Tệp PDF có hơn 300 trang nên không nhận được. Hãy tách thành nhiều tệp rồi tải từng tệp."
    ),
    "too_heavy": lambda: _(
        "Tệp này mở quá nặng nên không kiểm tra được. "
        "Hãy in hoặc quét lại thành tệp PDF đơn giản hơn rồi tải lên."
    ),
    "too_many_pixels": lambda: _(
        "Ảnh quá lớn: ảnh JPG nhận đến 50 triệu điểm ảnh, ảnh PNG đến 25 triệu. "
        "Hãy chụp lại ở độ phân giải thấp hơn, hoặc lưu ảnh thành JPG nhỏ hơn."
    ),
    "two_types": lambda: _(
        "Tệp này chứa lẫn một loại tệp khác bên trong nên không được nhận. "
        "Hãy chụp lại, hoặc in rồi lưu thành tệp PDF mới, và tải lên."
    ),
    "mismatch": lambda: _(
        "Tên tệp và nội dung không khớp: nội dung không đúng loại mà đuôi tên tệp nói. "
        "Hãy mở tệp, lưu lại thành PDF, JPG hoặc PNG rồi tải lên."
    ),
    "name_hidden": lambda: _(
        "Tên tệp có ký tự ẩn che loại thật của tệp. "
        "Hãy đổi tên tệp, ví dụ giay-to.pdf, rồi tải lại."
    ),
    "name_double": lambda: _(
        "Tên tệp có hai đuôi, trong đó một đuôi là của chương trình. "
        "Hãy kiểm tra lại tệp, đổi tên, ví dụ giay-to.pdf, rồi tải lại."
    ),
    "extension": lambda: _(
        "Loại tệp này không được nhận. Hãy dùng tệp PDF, JPG hoặc PNG: "
        "có thể chụp giấy tờ bằng điện thoại."
    ),
    "word": lambda: _(
        "Tệp Word chưa nhận được. Hãy mở tệp trong Word, chọn Lưu thành PDF (Save as PDF), "
        "rồi tải tệp PDF lên."
    ),
    "office": lambda: _(
        "Tệp bảng tính hoặc trình chiếu chưa nhận được. Hãy mở tệp, chọn Lưu thành PDF, "
        "rồi tải tệp PDF lên."
    ),
    "heic": lambda: _(
        "Ảnh HEIC chưa nhận được. Trên iPhone, hãy vào Cài đặt, Camera, Định dạng, chọn "
        "Tương thích nhất rồi chụp lại; hoặc mở ảnh, chụp màn hình và tải ảnh chụp lên."
    ),
    "zip": lambda: _(
        "Tệp nén ZIP chưa nhận được. Hãy giải nén rồi tải từng tệp PDF, JPG hoặc PNG bên trong."
    ),
    "archive": lambda: _(
        "Tệp nén RAR, 7z không nhận được vì không kiểm tra được bên trong. "
        "Hãy giải nén rồi tải từng tệp PDF, JPG hoặc PNG."
    ),
    "program": lambda: _(
        "Tệp này là chương trình máy tính, không phải giấy tờ, nên không được nhận. "
        "Nếu ông/bà nhận tệp từ người lạ thì đừng mở. Hãy chọn tệp PDF, JPG hoặc PNG."
    ),
    "markup": lambda: _(
        "Trang web hoặc ảnh SVG không nhận được. Hãy mở tệp, chọn In rồi Lưu thành PDF, "
        "và tải tệp PDF lên."
    ),
    "other_image": lambda: _(
        "Loại ảnh này (GIF, WEBP, TIFF, BMP) không nhận được. "
        "Hãy lưu ảnh thành JPG hoặc PNG, hoặc chụp lại giấy tờ, rồi tải lên."
    ),
    "unknown": lambda: _(
        "Không nhận ra loại của tệp này. Hãy dùng tệp PDF, JPG hoặc PNG: "
        "có thể chụp giấy tờ bằng điện thoại."
    ),
    "busy": lambda: _(
        "Hệ thống đang bận nên chưa kiểm tra được tệp. Hãy chờ một phút rồi tải lại tệp này."
    ),
}


def refusal(reason: str) -> UnsafeFile:
    """Return the refusal for `reason`, its sentence ending with what is safe."""
    return UnsafeFile(f"{SENTENCES[reason]()} {_kept()}", reason=reason)
