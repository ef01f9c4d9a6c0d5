"""A procedure from nothing to its first dossier: written, published by another person, filed."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from dossiers.models import Dossier
from portal.operations import demo_data
from procedures.enums import FeeKind, FeeMoment, FeeStatus, FeeUnit, PaperSource, RevisionState
from procedures.models import Offer, Procedure, Revision
from procedures.services import parts_fees, parts_papers, parts_texts
from tests.browser import walks
from tests.browser.conftest import DESK, PHONE
from tests.browser.walks import choose, heading, press

pytestmark = pytest.mark.django_db(transaction=True)

CODE = "1.998877"
NAME = "Đăng ký mượn nhà văn hóa khu dân cư để tổ chức việc cưới, việc tang"
EDITOR, PUBLISHER = "bientap.donghai", "congbo.donghai"


def test_a_procedure_written_from_nothing_is_filed(portal, open_page, clock):
    editor = open_page(DESK)
    enter_office(editor, portal, EDITOR)
    begin_procedure(editor, portal)
    say_what_it_is(editor, portal)
    prepare_what_is_long()
    write_form(editor, portal)
    draw_blank_form(editor, portal)
    write_workflow(editor, portal)
    send_to_review(editor, portal)

    publisher = open_page(DESK)
    enter_office(publisher, portal, PUBLISHER)
    publish(publisher, portal, clock)
    assign_to_communes(publisher, portal)
    publish_workflow(publisher, portal)

    citizen = open_page(PHONE)
    find(citizen, portal)
    code = file(citizen)

    check_what_was_filed(code)


def enter_office(page, site, username):
    """Sign in by password and authenticator app; editors land among their own pages."""
    page.goto(f"{site}/can-bo/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(walks.PASSWORD)
    press(page, "Đăng nhập")
    heading(page, "Nhập mã xác thực")
    page.get_by_label("Mã xác thực").fill(walks.app_code(page, username))
    press(page, "Đăng nhập")
    expect(page).to_have_url(re.compile("/bien-tap/"))


def begin_procedure(page, site):
    page.goto(f"{site}/bien-tap/thu-tuc/moi/")
    page.get_by_label("Mã thủ tục").fill(CODE)
    page.get_by_label("Tên chính thức").fill(NAME)
    page.get_by_label("Lĩnh vực").select_option(label="Hộ tịch")
    page.get_by_label("Cấp xã").check()
    press(page, "Tạo thủ tục và bắt đầu soạn")
    walks.told(page, "Người dân chưa thấy thủ tục này cho đến khi công bố")


def open_part(page, site, part):
    page.goto(f"{site}/bien-tap/thu-tuc/{CODE}/ban-nhap/{part}/")
    walks.scripts_started(page)


def keep(page):
    press(page, "Lưu")
    walks.told(page, "Đã lưu lúc")
    expect(page.locator(".error-summary")).to_have_count(0)


def say_what_it_is(page, site):
    """Fill in four parts: texts, rows, times, grounds."""
    open_part(page, site, "chung")
    page.get_by_label("Tên thường gọi").fill("Mượn nhà văn hóa làm đám cưới")
    page.get_by_label("Từ khóa").fill("mượn hội trường khu phố\nđám cưới, đám tang")
    page.get_by_label("Đối tượng thực hiện").fill("Công dân Việt Nam")
    page.get_by_label("Cơ quan thực hiện").fill("Ủy ban nhân dân cấp xã")
    page.get_by_label("Yêu cầu, điều kiện").fill("Không có.")
    page.get_by_role("button", name="Thêm kết quả").click()
    page.get_by_label("Kết quả", exact=True).fill("Văn bản chấp thuận")
    keep(page)

    open_part(page, site, "trinh-tu")
    for number, title in enumerate(("Nộp hồ sơ", "Nhận văn bản chấp thuận")):
        page.get_by_role("button", name="Thêm bước").click()
        expect(page.get_by_label("Tên bước")).to_have_count(number + 1)
        page.get_by_label("Tên bước").last.fill(title)
    keep(page)

    open_part(page, site, "truong-hop")
    online = page.get_by_role("group", name="trực tuyến")
    online.get_by_label("Đơn vị").select_option(label="ngày làm việc")
    online.get_by_label("Thời hạn").fill("5")
    keep(page)

    open_part(page, site, "can-cu")
    page.get_by_label("Số quyết định").fill("812/QĐ-UBND")
    page.get_by_label("Ngày quyết định").fill("20/11/2026")
    page.get_by_label("Cơ quan công bố").fill("Ủy ban nhân dân tỉnh Đông Hải")
    page.get_by_role("button", name="Thêm căn cứ").click()
    page.get_by_label("Tên văn bản").fill("Quy chế quản lý nhà văn hóa trên địa bàn tỉnh")
    keep(page)


def prepare_what_is_long():
    """Parts of the same kinds as those just filled in: by their use cases, to spare minutes."""
    draft = Revision.objects.get(procedure__code=CODE)
    by = {
        "revision_id": draft.pk,
        "editor": User.objects.get(username=EDITOR),
        "at": timezone.now(),
    }
    filing = parts_texts.Filing(
        filing_places="Trực tuyến trên Cổng này.",
        dossier_sets=1,
        fee_moment=FeeMoment.AT_RESULT,
        presence_required=False,
        presence_note="",
        required_identity=draft.required_identity,
        paper_notes="",
    )
    version = parts_texts.save_text(version=draft.version, data=filing, **by)
    paper = parts_papers.PaperRow(
        key="",
        name="Đơn đăng ký mượn nhà văn hóa",
        plain_name="",
        case_keys=(),
        originals=1,
        copies=0,
        is_mandatory=True,
        condition="",
        hint="",
        source=PaperSource.EFORM,
        reuse_key="",
        must_be_signed=False,
    )
    papers = parts_papers.Papers((paper,))
    version = parts_papers.save_papers(version=version, data=papers, agreed=frozenset(), **by)
    fee = parts_fees.FeeRow(
        case_key="thong-thuong",
        key="",
        name="Phí sử dụng nhà văn hóa",
        kind=FeeKind.SERVICE,
        status=FeeStatus.AMOUNT,
        amount_vnd=50_000,
        unit=FeeUnit.OCCASION,
        asks_quantity=False,
        channels=("ONLINE",),
        text="",
        ground="Nghị quyết 14/2026/NQ-HĐND",
        cap_vnd=None,
        valid_from=None,
        valid_until=None,
        tiers=(),
        exemptions=(),
        reductions=(),
    )
    parts_fees.save_fees(version=version, data=parts_fees.Fees((fee,)), **by)


def ask(page, kind, label, *, must=False, within=".eform-part"):
    """Add a question of a type at the end, and leave its page open."""
    holder = page.locator(within).last
    holder.locator("select").last.select_option(kind)
    holder.get_by_role("button", name=re.compile("^Thêm")).last.click()
    page.get_by_label("Câu hỏi", exact=True).fill(label)
    if must:
        page.get_by_label("Bắt buộc trả lời").check()


def keep_question(page):
    press(page, "Lưu câu hỏi")
    heading(page, "Tờ khai điện tử")


def write_form(page, site):
    """Twelve questions; one depends on an earlier answer, one is a group that repeats."""
    open_part(page, site, "to-khai")
    press(page, "Từ một câu hỏi")
    heading(page, "Tờ khai điện tử")

    ask(page, "one_of", "Mượn để làm gì", must=True)
    page.get_by_label("Các lựa chọn, mỗi dòng một").fill("Việc cưới\nViệc tang\nViệc khác")
    keep_question(page)
    ask(page, "text", "Việc khác là việc gì", must=True)
    page.get_by_label("Câu hỏi trước 1").select_option(label="Mượn để làm gì")
    page.get_by_label("So sánh 1").select_option(label="là")
    page.get_by_label("Giá trị 1").fill("việc khác")
    keep_question(page)
    for kind, label, must in (
        ("text", "Nhà văn hóa nào", True),
        ("date", "Mượn từ ngày", True),
        ("integer", "Số ngày mượn", True),
        ("decimal", "Diện tích cần dùng (m²)", False),
        ("yes_no", "Có dùng loa ngoài trời", True),
        ("phone", "Số gọi khi cần gấp", False),
        ("money", "Tiền đặt cọc dọn vệ sinh", False),
    ):
        ask(page, kind, label, must=must)
        keep_question(page)
    ask(page, "many_of", "Mượn vào buổi nào")
    page.get_by_label("Các lựa chọn, mỗi dòng một").fill("Sáng\nChiều\nTối")
    keep_question(page)
    ask(page, "group", "Người trông nom")
    page.get_by_label("Gọi mỗi dòng là").fill("Người trông")
    page.get_by_label("Câu hỏi đầu tiên trong mỗi dòng").fill("Họ tên")
    keep_question(page)
    ask(page, "phone", "Điện thoại", within="#muc-nguoi_trong_nom")
    keep_question(page)

    definition = Revision.objects.get(procedure__code=CODE).form_version.definition
    assert len(definition["sections"][0]["fields"]) == 12
    walks.told(page, "Chỉ hiện nếu “Mượn để làm gì” là “Việc khác”")


def draw_blank_form(page, site):
    """What is filled in on paper is drawn from the e-form."""
    open_part(page, site, "bieu-mau")
    press(page, "Lưu và lập mẫu trống từ tờ khai điện tử")
    expect(page.get_by_role("link", name="Tải tệp đang có")).to_be_visible()


def write_workflow(page, site):
    page.goto(f"{site}/bien-tap/thu-tuc/{CODE}/quy-trinh/")
    press(page, "Soạn quy trình đầu tiên")
    steps = (
        ("Xem lịch sử dụng nhà văn hóa", "OFFICER", "division:kinh-te", "16"),
        ("Phê duyệt", "LEADER", "deciding", "8"),
        ("Phát hành văn bản", "REGISTRAR", "deciding", "4"),
    )
    for number, (name, role, place, hours) in enumerate(steps, start=1):
        press(page, "Thêm bước")
        step = page.get_by_role("group", name=f"Bước {number}", exact=True)
        step.get_by_label("Tên bước").fill(name)
        step.get_by_label("Ai làm").select_option(role)
        step.get_by_label("Ở đâu").select_option(place)
        step.get_by_label("Giờ làm việc").fill(hours)
    page.get_by_role("button", name="Lưu các bước").last.click()
    walks.told(page, "Đã lưu các bước.")
    walks.told(page, "28 giờ làm việc")
    # Whoever writes a workflow does not let it out.
    expect(page.get_by_role("button", name="Công bố quy trình")).to_have_count(0)


def send_to_review(page, site):
    page.goto(f"{site}/bien-tap/thu-tuc/{CODE}/duyet/")
    press(page, "Gửi duyệt")
    walks.told(page, "Đã gửi duyệt")
    page.goto(f"{site}/bien-tap/thu-tuc/{CODE}/duyet/")
    expect(page.get_by_role("button", name="Công bố ngay")).to_have_count(0)
    # Nobody else finds it, or that it is being written.
    page.goto(f"{site}/thu-tuc/{CODE}/")
    heading(page, "Không có thủ tục mang mã này")
    expect(page.locator("main")).not_to_contain_text(NAME)


def publish(page, site, clock):
    """Read the draft for a while; by then the code from the sign-in proves nothing any more."""
    for _quarter in range(2):
        page.goto(f"{site}/bien-tap/thu-tuc/{CODE}/duyet/")
        clock.shift(10 * 60)
    press(page, "Công bố ngay")
    heading(page, "Xác nhận lại")
    page.get_by_label("Mã xác thực").fill(walks.app_code(page, PUBLISHER))
    press(page, "Xác nhận")
    walks.told(page, "Đã công bố")
    revision = Procedure.objects.get(code=CODE).current_revision
    assert revision.state == RevisionState.PUBLISHED
    assert revision.published_by.username == PUBLISHER


def assign_to_communes(page, site):
    """Assign it to every commune, under the decision, at level 3."""
    page.goto(f"{site}/bien-tap/dich-vu/?don_vi=COMMUNE&q={CODE}")
    page.get_by_label(NAME).check()
    press(page, "Giao các thủ tục đã đánh dấu")
    heading(page, "Ghi quyết định giao dịch vụ")
    page.get_by_label("Mức độ công bố").select_option("3")
    page.get_by_label("Hình thức").select_option(label="một phần")
    page.get_by_label("nhận tại quầy").check()
    page.get_by_label("Số quyết định công bố").fill("812/QĐ-UBND")
    page.get_by_label("Ngày quyết định").fill("20/11/2026")
    page.get_by_label("Phụ lục của quyết định").fill("Phụ lục I")
    press(page, "Xem trước kết quả")
    walks.told(page, "1 thủ tục được giao mới")
    # There is no workflow yet, and the publisher is told before confirming.
    walks.told(page, "Chưa có quy trình giải quyết để nhận hồ sơ trực tuyến")
    press(page, "Xác nhận giao")
    walks.told(page, "Đã giao 1 thủ tục")


def publish_workflow(page, site):
    page.goto(f"{site}/bien-tap/thu-tuc/{CODE}/quy-trinh/")
    page.get_by_label("Số quyết định phê duyệt quy trình").fill("813/QĐ-UBND")
    page.get_by_label("Ngày quyết định").fill("2026-11-20")
    press(page, "Công bố quy trình")
    walks.told(page, "Đã công bố quy trình.")
    offer = Offer.objects.get(procedure__code=CODE)
    assert offer.workflow_version.decision_number == "813/QĐ-UBND"


def find(page, site):
    """Search by everyday words without marks, and read what may be done online."""
    page.goto(site)
    page.get_by_label("Gõ việc cần làm").fill("muon nha van hoa")
    page.keyboard.press("Enter")
    page.locator(".best__title a").click()
    expect(page).to_have_url(re.compile(re.escape(f"/thu-tuc/{CODE}/")))
    heading(page, "Mượn nhà văn hóa làm đám cưới")
    walks.told(page, "Nộp hồ sơ trực tuyến; nộp phí và nhận kết quả tại")
    walks.told(page, "50.000 đồng")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    page.locator(".one-button").get_by_role("link", name="Nộp hồ sơ trực tuyến").click()


def file(page):
    """Sign in on the way, fill the form in, hand in; return the code."""
    person = demo_data.citizens_by_key()["hoa-mai"]
    walks.sign_in(page, person["identity_number"], walks.PASSWORD)
    heading(page, "Nộp đến đâu")
    page.get_by_label(walks.AGENCY).check()
    walks.save(page)
    heading(page, "Ai nộp hồ sơ")
    page.get_by_label("Cho chính tôi").check()
    page.get_by_label("Nơi cư trú hiện nay").fill("Số 47, đường Bến Cá, phường Sông Tranh")
    walks.save(page)
    fill_form_in(page)
    walks.to_review(page)
    walks.told(page, "Liên hoan khu phố")
    walks.told(page, "Ngô Văn Hải")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    press(page, "Nội dung đúng, tiếp tục")
    return walks.hand_in(page)


def fill_form_in(page):
    heading(page, "Nội dung đề nghị")
    walks.scripts_started(page)
    page.get_by_label("Nội dung đề nghị").fill("Xin mượn hội trường tầng một.")
    other = page.get_by_label("Việc khác là việc gì")
    choose(page, "Mượn để làm gì", "Việc cưới")
    expect(other).to_be_hidden()
    choose(page, "Mượn để làm gì", "Việc khác")
    expect(other).to_be_visible()
    page.get_by_label("Nhà văn hóa nào").fill("Nhà văn hóa khu phố 3")
    page.get_by_label("Mượn từ ngày").fill("28/11/2026")
    page.get_by_label("Số ngày mượn").fill("2")
    page.get_by_label("Diện tích cần dùng").fill("36,5")
    choose(page, "Có dùng loa ngoài trời", "Không")
    page.get_by_label("Số gọi khi cần gấp").fill("0912345678")
    page.get_by_label("Tiền đặt cọc dọn vệ sinh").fill("500.000")
    page.get_by_label("Chiều").check()
    page.get_by_label("Tối").check()
    watchers = page.get_by_role("group", name="Người trông nom")
    for number, name in enumerate(("Ngô Văn Hải", "Trần Thị Bưởi")):
        watchers.get_by_role("button", name="Thêm dòng").click()
        watchers.get_by_label("Họ tên").nth(number).fill(name)
        watchers.get_by_label("Điện thoại").nth(number).fill(f"091234567{number}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE

    # What the condition asks for is missed, and nothing typed is lost by that.
    walks.save(page)
    expect(page.locator(".error-summary")).to_contain_text("Việc khác là việc gì")
    expect(watchers.get_by_label("Họ tên").nth(1)).to_have_value("Trần Thị Bưởi")
    other.fill("Liên hoan khu phố")
    walks.save(page)


def check_what_was_filed(code):
    """The dossier stands on the revision and the workflow that were just published."""
    assert walks.CODE.fullmatch(code)
    dossier = Dossier.objects.get(code=code)
    published = Procedure.objects.get(code=CODE).current_revision
    assert (dossier.revision, dossier.form_version) == (published, published.form_version)
    assert dossier.workflow_version == Offer.objects.get(procedure__code=CODE).workflow_version
    assert dossier.offer_snapshot["level"] == 3
    assert dossier.answers["viec_khac_la_viec_gi"] == "Liên hoan khu phố"
    watchers = [row["ho_ten"] for row in dossier.answers["nguoi_trong_nom"]]
    assert watchers == ["Ngô Văn Hải", "Trần Thị Bưởi"]
