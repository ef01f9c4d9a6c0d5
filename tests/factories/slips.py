"""Printed forms with the longest content that an agency meets: plain records, no database."""

from dataclasses import replace

from dossiers import slips

PROCEDURE = (
    "Cấp giấy phép xây dựng mới đối với công trình cấp đặc biệt, cấp I, cấp II (công trình không "
    "theo tuyến, theo tuyến trong đô thị, tín ngưỡng, tôn giáo, tượng đài, tranh hoành tráng, "
    "dự án) và nhà ở riêng lẻ"
)
PAPER_NAMES = (
    "Đơn đề nghị cấp giấy phép xây dựng theo mẫu, có chữ ký của chủ đầu tư",
    "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất",
    "Báo cáo kết quả thẩm định thiết kế xây dựng triển khai sau thiết kế cơ sở",
    "Giấy chứng nhận thẩm duyệt thiết kế về phòng cháy và chữa cháy kèm bản vẽ được đóng dấu",
    "Bản vẽ tổng mặt bằng của công trình trên lô đất, tỷ lệ 1/50 – 1/500",
    "Bản vẽ kiến trúc các mặt bằng, các mặt đứng và mặt cắt chủ yếu của công trình",
    "Bản vẽ mặt bằng, mặt cắt móng, các bản vẽ thể hiện giải pháp kết cấu chính",
    "Bản vẽ hệ thống hạ tầng kỹ thuật bên trong và đấu nối với hạ tầng kỹ thuật bên ngoài",
    "Bản cam kết bảo đảm an toàn đối với công trình liền kề",
    "Văn bản ủy quyền của các đồng sở hữu có chứng thực",
    "Quyết định phê duyệt dự án đầu tư xây dựng",
    "Giấy tờ chứng minh năng lực của tổ chức, cá nhân thiết kế",
)
PAPERS = tuple(
    slips.PaperLine(name, originals=index % 2, certified=(index + 1) % 2, note="2 tệp điện tử")
    for index, name in enumerate(PAPER_NAMES, start=1)
)
HEAD = slips.SlipHead(
    superior="Ủy ban nhân dân phường Đông Hải Thượng",
    desk="Trung tâm Phục vụ hành chính công",
    number="00092/TTPVHCC",
    place="Đông Hải Thượng",
    day="ngày 23 tháng 11 năm 2026",
    code="H99.12.05-261123-0007",
    track_url="https://dichvucong.h99.example/tra-cuu/?ma=H99.12.05-261123-0007",
    banner="BẢN TRÌNH DIỄN – dữ liệu giả",
)
PERSON = slips.Person(
    name="Nguyễn Thị Ngọc Hường",
    address=(
        "Số 12B, ngách 45/17, ngõ Thổ Quan Trung, tổ dân phố số 8 Khu tập thể Nhà máy Dệt kim "
        "Đông Xuân, phường Đông Hải Thượng, tỉnh Hải Giang"
    ),
    phone="0912 345 678",
    email="nguyen.thi.ngoc.huong.1987@thudientu.example",
)
CONTACT = slips.Contact("Trung tâm Phục vụ hành chính công", "0225 3999 888", "102")
SIGNATURE = slips.Signature(("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), "Phạm Quốc Khánh")
REASONS = (
    slips.Reason(
        "Giấy chứng nhận quyền sử dụng đất",
        "bản chụp mờ, không đọc được số thửa và ngày cấp; thửa đất trong đơn khác thửa trong giấy",
        "Điều 43 Nghị định 175/2024/NĐ-CP",
    ),
    slips.Reason(
        "Bản vẽ kết cấu móng",
        "thiếu chữ ký của chủ trì thiết kế",
        "Điều 55 Luật Xây dựng",
    ),
)
ACCEPTANCE = slips.AcceptanceSlip(
    head=HEAD,
    copy=slips.ACCEPTANCE_COPIES[1],
    person=PERSON,
    procedure=PROCEDURE,
    papers=PAPERS,
    sets=1,
    processing_time="20 ngày làm việc",
    received="15 giờ 00 phút, ngày 23 tháng 11 năm 2026",
    due="15 giờ 00 phút, ngày 22 tháng 12 năm 2026",
    result_delivery=f"Qua dịch vụ bưu chính công ích, đến: {PERSON.address}",
    book="02/2026",
    entry="1.482",
    receiver_name="Trần Đức Thắng",
    notes=("Ngày 24/11/2026 nghỉ lễ nên không tính vào thời hạn.",),
)
SUPPLEMENT = slips.SupplementSlip(
    head=replace(HEAD, number="00031/HDHS"),
    person=PERSON,
    procedure=PROCEDURE,
    papers=(
        slips.PaperLine(
            PAPER_NAMES[1], certified=1, note="Lý do: bản chụp mờ, không đọc được số thửa."
        ),
        slips.PaperLine(
            PAPER_NAMES[6], originals=2, note="Lý do: thiếu chữ ký của chủ trì thiết kế."
        ),
    ),
    reason="Hồ sơ chưa đủ thành phần theo quy định và hai bản vẽ chưa hợp lệ.",
    ground="Khoản 2 Điều 43 Nghị định 175/2024/NĐ-CP",
    respond_by="17 giờ 00 phút, ngày 07 tháng 12 năm 2026",
    contact=CONTACT,
    guide_name="Trần Đức Thắng",
)
REFUSAL = slips.RefusalSlip(
    head=HEAD,
    person=PERSON,
    procedure=PROCEDURE,
    reasons=REASONS,
    contact=CONTACT,
    receiver_name="Trần Đức Thắng",
)
APOLOGY = slips.ApologySlip(
    head=replace(HEAD, number="00004/PXL"),
    person=PERSON,
    procedure=PROCEDURE,
    agency="Ủy ban nhân dân phường Đông Hải Thượng",
    received="15 giờ 00 phút, ngày 23 tháng 11 năm 2026",
    due="15 giờ 00 phút, ngày 22 tháng 12 năm 2026",
    new_due="15 giờ 00 phút, ngày 05 tháng 01 năm 2027",
    reason=(
        "cơ quan phòng cháy chữa cháy cần thêm thời gian kiểm tra thực địa do mưa lũ kéo dài từ "
        "ngày 10/12/2026 đến ngày 16/12/2026"
    ),
    copies_to=("Như trên", "Trung tâm Phục vụ hành chính công", "Lưu: VT"),
    signature=SIGNATURE,
)
STOP = slips.StopSlip(
    head=HEAD,
    person=PERSON,
    procedure=PROCEDURE,
    agency="Ủy ban nhân dân phường Đông Hải Thượng",
    received="15 giờ 00 phút, ngày 23 tháng 11 năm 2026",
    reasons=REASONS,
    returned_papers=PAPERS[:3],
    fee_note="Lệ phí 150.000 đồng đã nộp được hoàn lại vào tài khoản mà Ông/Bà đã dùng để nộp.",
    contact=CONTACT,
    copies_to=("Như trên", "Trung tâm Phục vụ hành chính công", "Lưu: VT"),
    signature=SIGNATURE,
)
PROOF = slips.ProofOfSubmission(
    head=replace(HEAD, number="261123-0007/XN"),
    person=PERSON,
    applicant="Công ty trách nhiệm hữu hạn một thành viên Thương mại và Dịch vụ Hải Giang",
    procedure=PROCEDURE,
    case="Nhà ở riêng lẻ trong đô thị",
    agency="Ủy ban nhân dân phường Đông Hải Thượng",
    submitted="08 giờ 12 phút, ngày 23 tháng 11 năm 2026",
    answer_by="16 giờ 12 phút, ngày 23 tháng 11 năm 2026",
    result_delivery="Nhận trực tuyến trên Cổng Dịch vụ công",
    papers=tuple(
        slips.StoredPaper(
            name,
            tuple(
                slips.StoredLine(
                    f"{name[:40]} - trang {part}.jpg",
                    1 + index,
                    34_567 * (index + 1) * part,
                    "0123456789abcdef" * 4,
                )
                for part in (1, 2)
            ),
        )
        for index, name in enumerate(PAPER_NAMES)
    ),
)
DECLARATION = slips.Declaration(
    title="Tờ khai đăng ký khai sinh",
    addressee="Ủy ban nhân dân phường Đông Hải Thượng",
    sections=(
        slips.Section(
            "I. Người yêu cầu",
            (
                ("Họ, chữ đệm, tên", PERSON.name),
                ("Nơi cư trú", PERSON.address),
                ("Giấy tờ tùy thân", "Căn cước số 031187000123, cấp ngày 02/05/2021"),
                ("Quan hệ với người được khai sinh", "Mẹ"),
            ),
        ),
        slips.Section(
            "II. Người được khai sinh",
            (
                ("Họ, chữ đệm, tên", "Nguyễn Khánh Ngọc"),
                (
                    "Ngày, tháng, năm sinh",
                    "02/11/2026 (ngày hai tháng mười một năm hai nghìn không trăm hai mươi sáu)",
                ),
                ("Nơi sinh", "Bệnh viện Phụ sản Hải Giang"),
                ("Ghi chú", "Sinh đôi, bé thứ nhất.\nĐề nghị cấp 03 bản sao trích lục."),
            ),
        ),
        slips.Section(
            "III. Thành viên hộ gia đình",
            groups=(
                slips.RepeatingGroup(
                    "Những người cùng hộ",
                    (
                        "Họ và tên",
                        "Ngày sinh",
                        "Quan hệ",
                        "Số định danh",
                        "Nghề nghiệp, nơi làm việc",
                    ),
                    tuple(
                        (
                            f"Nguyễn Văn Thành viên {n}",
                            "01/02/1960",
                            "Ông nội",
                            f"0310600001{n:02}",
                            "Hưu trí",
                        )
                        for n in range(1, 31)
                    ),
                ),
            ),
        ),
    ),
    promise=(
        "Tôi cam đoan nội dung khai trên đây là đúng sự thật, được sự thỏa thuận nhất trí của các "
        "bên liên quan theo quy định pháp luật. Tôi chịu hoàn toàn trách nhiệm trước pháp luật về "
        "nội dung cam đoan của mình."
    ),
    place="Đông Hải Thượng",
    day="ngày 23 tháng 11 năm 2026",
    signer_name=PERSON.name,
    code=HEAD.code,
    track_url=HEAD.track_url,
    filed=(
        "Nộp trực tuyến lúc 08 giờ 12 phút, ngày 23 tháng 11 năm 2026, xác nhận bằng tài khoản của "
        "người nộp và mã gửi về số điện thoại 0912 *** 678."
    ),
    banner=HEAD.banner,
)
