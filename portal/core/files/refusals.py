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


WORD_FOR_WORD: Final = frozenset(("rar", "7z"))

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
        "Ảnh quá lớn: ảnh JPG, HEIC nhận đến 50 triệu điểm ảnh, ảnh PNG đến 25 triệu. "
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
        "Loại tệp này không được nhận. Hãy dùng tệp PDF, Word, JPG, PNG, HEIC hoặc ZIP: "
        "có thể chụp giấy tờ bằng điện thoại."
    ),
    "other_text": lambda: _(
        "Hệ thống chưa nhận tệp văn bản RTF hoặc ODT. Hãy mở tệp, lưu lại thành tệp Word (.docx) "
        "hoặc PDF rồi tải lên."
    ),
    "damaged_word": lambda: _(
        "Không mở được tệp Word này: tệp bị hỏng hoặc tải chưa trọn. "
        "Hãy mở thử tệp trên máy, lưu lại bản mới rồi tải lên."
    ),
    "encrypted_word": lambda: _(
        "Tệp Word này đặt mật khẩu nên cán bộ không mở được. "
        "Hãy mở tệp, bỏ mật khẩu hoặc chọn Lưu thành PDF, rồi tải lên."
    ),
    "macros": lambda: _(
        "Tệp Word này có macro, tức là chương trình chạy kèm, nên không được nhận. "
        "Hãy mở tệp, chọn Lưu thành PDF (Save as PDF), rồi tải tệp PDF lên."
    ),
    "word_active": lambda: _(
        "Tệp Word này có lệnh tự chạy bên trong nên không được nhận, để bảo vệ máy của "
        "ông/bà và của cơ quan. Hãy mở tệp, chọn Lưu thành PDF, rồi tải tệp PDF lên."
    ),
    "embedded": lambda: _(
        "Tệp Word này nhúng tệp khác ở bên trong nên không được nhận. Hãy tải từng tệp nhúng "
        "riêng, còn tệp này thì chọn Lưu thành PDF rồi tải tệp PDF lên."
    ),
    "external": lambda: _(
        "Tệp Word này lấy mẫu, hình ảnh hoặc nội dung từ nơi khác mỗi khi mở nên không được nhận. "
        "Hãy mở tệp, chọn Lưu thành PDF, rồi tải tệp PDF lên."
    ),
    "office": lambda: _(
        "Hệ thống chưa nhận tệp bảng tính hoặc trình chiếu. Hãy mở tệp, chọn Lưu thành PDF, "
        "rồi tải tệp PDF lên."
    ),
    "zip_here": lambda: _(
        "Chỗ này nhận từng tệp, chưa nhận tệp .zip. Hãy giải nén rồi tải từng tệp bên trong."
    ),
    "damaged_zip": lambda: _(
        "Không mở được tệp .zip này: tệp bị hỏng, tải chưa trọn, hoặc nén theo cách lạ. "
        "Hãy nén lại thành tệp .zip mới, hoặc chọn từng tệp rồi tải lên."
    ),
    "encrypted_zip": lambda: _(
        "Tệp .zip này đặt mật khẩu nên không kiểm tra được bên trong. "
        "Hãy nén lại không đặt mật khẩu, hoặc chọn từng tệp rồi tải lên."
    ),
    "empty_zip": lambda: _(
        "Tệp .zip này không có giấy tờ nào bên trong. Hãy chọn từng tệp rồi tải lên."
    ),
    "nested_zip": lambda: _(
        "Bên trong tệp nén lại có tệp nén khác nên không được nhận. "
        "Hãy giải nén hết rồi tải từng tệp, hoặc nén lại một lần thành tệp .zip."
    ),
    "unsafe_path": lambda: _(
        "Tệp .zip này chứa đường dẫn ghi ra ngoài thư mục hoặc liên kết, là dấu hiệu của tệp độc "
        "hại, nên không được nhận. Hãy chọn từng tệp giấy tờ rồi tải lên."
    ),
    "too_many_entries": lambda: _(
        "Tệp này chứa hơn 200 mục bên trong nên không được nhận. "
        "Hãy chỉ chọn những giấy tờ cần nộp rồi tải từng tệp."
    ),
    "too_many_members": lambda: _(
        "Tệp .zip này có hơn 20 giấy tờ bên trong. "
        "Hãy ghép nhiều trang vào một tệp PDF, hoặc chia thành nhiều tệp .zip nhỏ hơn."
    ),
    "members_too_large": lambda: _(
        "Các tệp trong tệp .zip này cộng lại hơn 50 MB nên không nhận được. "
        "Hãy giảm cỡ ảnh, hoặc chia thành nhiều tệp .zip nhỏ hơn."
    ),
    "too_expanded": lambda: _(
        "Tệp này khi mở ra lớn bất thường so với kích thước gửi lên nên không được nhận. "
        "Hãy in hoặc quét lại thành tệp PDF rồi tải lên."
    ),
    # These two are said word for word, with nothing behind them.
    "rar": lambda: _(
        "Hệ thống chưa nhận tệp .rar. Ông/bà chọn từng ảnh hoặc nén lại thành tệp .zip."
    ),
    "7z": lambda: _(
        "Hệ thống chưa nhận tệp .7z. Ông/bà chọn từng ảnh hoặc nén lại thành tệp .zip."
    ),
    "archive": lambda: _(
        "Hệ thống chưa nhận loại tệp nén này. Hãy chọn từng ảnh hoặc nén lại thành tệp .zip."
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
        "Loại ảnh này (GIF, WEBP, TIFF, BMP, AVIF) không nhận được. "
        "Hãy lưu ảnh thành JPG hoặc PNG, hoặc chụp lại giấy tờ, rồi tải lên."
    ),
    "unknown": lambda: _(
        "Không nhận ra loại của tệp này. Hãy dùng tệp PDF, Word, JPG, PNG, HEIC hoặc ZIP: "
        "có thể chụp giấy tờ bằng điện thoại."
    ),
    "busy": lambda: _(
        "Hệ thống đang bận nên chưa kiểm tra được tệp. Hãy chờ một phút rồi tải lại tệp này."
    ),
}


def refusal(reason: str) -> UnsafeFile:
    """Return the refusal for `reason`, its sentence ending with what is safe."""
    sentence = SENTENCES[reason]()
    return UnsafeFile(
        sentence if reason in WORD_FOR_WORD else f"{sentence} {_kept()}", reason=reason
    )
