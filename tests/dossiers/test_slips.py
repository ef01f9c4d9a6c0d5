"""The printed forms, each with the longest content that an agency meets."""

import io
from dataclasses import replace

import pytest
import segno
from PIL import Image
from pypdf import PdfReader

from dossiers import slips
from portal.core.files import render_preview
from tests.factories import slips as samples

ALL = [
    (slips.render_acceptance, samples.ACCEPTANCE, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"),
    (slips.render_supplement, samples.SUPPLEMENT, "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ"),
    (slips.render_refusal, samples.REFUSAL, "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ"),
    (
        slips.render_apology,
        samples.APOLOGY,
        "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT",
    ),
    (slips.render_stop, samples.STOP, "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ"),
    (slips.render_proof, samples.PROOF, "XÁC NHẬN ĐÃ NỘP HỒ SƠ TRỰC TUYẾN"),
    (slips.render_declaration, samples.DECLARATION, "TỜ KHAI ĐĂNG KÝ KHAI SINH"),
]
A5 = (148, 210)
A4 = (210, 297)


def read(data):
    """Return the pages and their whole text with single spaces."""
    pages = PdfReader(io.BytesIO(data)).pages
    return pages, " ".join(" ".join(page.extract_text() for page in pages).split())


def millimetres(page):
    return (
        round(float(page.mediabox.width) / 72 * 25.4),
        round(float(page.mediabox.height) / 72 * 25.4),
    )


@pytest.mark.parametrize(("render", "slip", "heading"), ALL)
def test_form_carries_the_national_title_its_own_and_the_code(render, slip, heading):
    pages, text = read(render(slip))

    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc" in text
    assert heading in text
    assert samples.HEAD.code in text
    assert samples.PERSON.name in text
    assert samples.PERSON.address in text
    assert "BẢN TRÌNH DIỄN – dữ liệu giả" in text
    assert f"Trang {len(pages)}/{len(pages)}" in text


@pytest.mark.parametrize(("render", "slip", "heading"), ALL)
def test_form_has_the_size_that_is_prescribed(render, slip, heading):
    pages, _ = read(render(slip))

    size = A4 if heading.startswith(("XÁC NHẬN", "TỜ KHAI")) else A5
    assert {millimetres(page) for page in pages} == {size}


@pytest.mark.parametrize(("render", "slip", "heading"), ALL[:5])
def test_slip_is_headed_numbered_and_dated(render, slip, heading):
    _, text = read(render(slip))

    assert "ỦY BAN NHÂN DÂN PHƯỜNG ĐÔNG HẢI THƯỢNG TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG" in text
    assert f"Số: {slip.head.number}" in text
    assert "Đông Hải Thượng, ngày 23 tháng 11 năm 2026" in text
    assert samples.PROCEDURE in text


def test_twelve_papers_break_over_pages_under_a_repeated_header():
    pages, text = read(slips.render_acceptance(samples.ACCEPTANCE))

    assert len(pages) == 2
    for name in samples.PAPER_NAMES:
        assert name in text
    assert text.count("Tên giấy tờ") == 2
    assert (
        "5. Thời gian trả kết quả giải quyết hồ sơ: 15 giờ 00 phút, ngày 22 tháng 12 năm 2026"
        in text
    )
    assert "Quyển số: 02/2026, Số thứ tự: 1.482" in text


def test_supplement_says_what_is_wrong_with_each_paper():
    _, text = read(slips.render_supplement(samples.SUPPLEMENT))

    assert "Lý do: bản chụp mờ, không đọc được số thửa." in text
    assert "0225 3999 888 (máy lẻ 102)" in text
    assert "NGƯỜI HƯỚNG DẪN" in text


@pytest.mark.parametrize("render_and_slip", [ALL[2], ALL[4]])
def test_refusal_and_stop_give_every_reason_with_its_ground(render_and_slip):
    render, slip, _ = render_and_slip

    _, text = read(render(slip))

    for reason in samples.REASONS:
        assert f"{reason.subject}: {reason.text} (Căn cứ: {reason.ground})" in text


def test_apology_apologises_and_promises_a_new_date():
    _, text = read(slips.render_apology(samples.APOLOGY))

    assert "xin lỗi Ông/Bà" in text
    assert "Thời gian hẹn trả lại kết quả: 15 giờ 00 phút, ngày 05 tháng 01 năm 2027" in text
    assert "KT. CHỦ TỊCH PHÓ CHỦ TỊCH" in text


def test_apology_bears_the_title_of_its_time():
    slip = replace(samples.APOLOGY, title=slips.APOLOGY_TITLE_2018)

    _, text = read(slips.render_apology(slip))

    assert "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ" in text


def test_proof_lists_every_file_with_pages_size_and_hash():
    pages, text = read(slips.render_proof(samples.PROOF))

    assert len(pages) > 1
    assert "Các tệp đã lưu (24 tệp)" in text
    assert text.count(" ".join(["01234567", "89abcdef"] * 4)) == 24
    for paper in samples.PROOF.papers:
        for file in paper.files:
            assert file.size_text in text
    assert text.count("Mã kiểm tra SHA-256") == len(pages)


def test_declaration_keeps_every_row_of_a_repeating_group():
    pages, text = read(slips.render_declaration(samples.DECLARATION))

    assert len(pages) == 2
    for number in range(1, 31):
        assert f"Nguyễn Văn Thành viên {number} 01/02/1960" in text
    assert text.count("Nghề nghiệp, nơi làm việc") == 2
    assert "Sinh đôi, bé thứ nhất. Đề nghị cấp 03 bản sao trích lục." in text


def test_what_a_person_typed_is_printed_not_obeyed():
    hostile = '<link rel="attachment" href="file:///etc/passwd"><b>Lan</b>'
    slip = replace(samples.ACCEPTANCE, person=replace(samples.PERSON, name=hostile))

    data = slips.render_acceptance(slip)

    assert "<b>Lan</b>" in read(data)[1]
    assert b"/EmbeddedFile" not in data


def test_form_is_printed_again_as_the_same_bytes():
    assert slips.render_refusal(samples.REFUSAL) == slips.render_refusal(samples.REFUSAL)


def test_sizes_and_hashes_are_written_for_people():
    line = slips.StoredLine("a.pdf", 1, 1_468_006, "0123456789abcdef" * 4)

    assert line.size_text == "1,4 MB"
    assert line.sha256_groups[:2] == ("01234567", "89abcdef")
    assert len(line.sha256_groups) == 8
    assert replace(line, size=90).size_text == "1 KB"


def test_qr_code_on_paper_is_the_tracking_address():
    """Every module of the printed code is compared with the code of that address."""
    page = render_preview(slips.render_refusal(samples.REFUSAL), "pdf", 1, max_width=2400)
    grey = Image.open(io.BytesIO(page)).convert("L")
    millimetre = 2400 / 148
    corner = grey.crop(tuple(round(at * millimetre) for at in (8, 15.6, 27, 34)))
    left, top, right, bottom = corner.point(lambda value: 255 * (value < 128)).getbbox()
    matrix = segno.make(samples.HEAD.track_url, error="m", micro=False).matrix

    side = (right - left) / len(matrix)
    printed = [
        [
            int(corner.getpixel((left + (x + 0.5) * side, top + (y + 0.5) * side)) < 128)
            for x in range(len(matrix))
        ]
        for y in range(len(matrix))
    ]

    assert right - left == pytest.approx(bottom - top, abs=3)
    assert printed == [list(row) for row in matrix]
