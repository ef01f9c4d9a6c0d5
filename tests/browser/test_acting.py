"""Acting for others in Chromium: for an organisation, and for one principal after the other."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Organisation
from dossiers.models import Dossier, DraftPaper
from tests.browser import walks
from tests.browser.conftest import PHONE
from tests.browser.walks import heading, press
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import StoredFileFactory
from tests.factories.filing import PAPERS, place
from tests.factories.representation import MandateFactory

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("Trần Văn An", "Phạm Thị Bưởi")
MARKS = ("LY-DO-CUA-AN", "LY-DO-CUA-BUOI")


@pytest.fixture
def site(clock, live_server, settings):
    settings.BASE_URL = live_server.url
    return live_server.url


def fits(page):
    """Nothing sticks out of a phone's screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def start(page, site, where):
    page.goto(f"{site}/nop-ho-so/{where.procedure.code}/")
    heading(page, "Nộp đến đâu")


def fill_in(page, reason):
    """Go from the first step to the papers."""
    walks.save(page)
    heading(page, "Ai nộp hồ sơ")
    fits(page)
    walks.save(page)
    page.get_by_label(re.compile("Lý do|lý do")).first.fill(reason)
    walks.save(page)
    heading(page, "Gửi giấy tờ")


def finish(page, draft_owner):
    """Put the papers in, as if photographed, and hand in."""
    draft = draft_owner.drafts.filter(submitted_at=None).latest("created_at")
    for key in PAPERS:
        DraftPaper.objects.create(
            draft=draft, paper_key=key, file=StoredFileFactory(uploaded_by=draft_owner)
        )
    page.reload()
    walks.to_review(page)
    press(page, "Nội dung đúng, tiếp tục")
    return walks.hand_in(page)


def test_a_representative_files_for_an_organisation(site, enter, open_page):
    where = place()
    person = CitizenFactory(full_name="Lê Thị Hoa")
    page = open_page(PHONE)
    enter(page, person)

    page.goto(f"{site}/tai-khoan/to-chuc/")
    page.get_by_role("link", name="Khai tổ chức").click()
    page.get_by_label("Mã số thuế").fill("0100 233 488")
    page.get_by_label("Tên tổ chức").fill("Hợp tác xã Nông nghiệp Sông Tranh")
    page.get_by_label("Trụ sở").fill("Thôn Đoài, xã Sông Tranh")
    fits(page)
    press(page, "Khai tổ chức")
    heading(page, "Hợp tác xã Nông nghiệp Sông Tranh")
    fits(page)
    page.goto(f"{site}/tai-khoan/to-chuc/")
    page.get_by_role("button", name="Làm thay").click()
    bar = page.get_by_role("region", name="Đang thực hiện thay")
    expect(bar).to_contain_text("Hợp tác xã Nông nghiệp Sông Tranh")
    fits(page)

    start(page, site, where)
    fill_in(page, "Mở rộng xưởng")
    code = finish(page, person)

    dossier = Dossier.objects.get(code=code)
    assert dossier.organisation == Organisation.objects.get()
    assert dossier.applicant_name == "Hợp tác xã Nông nghiệp Sông Tranh"
    assert dossier.parties.get(role="APPLICANT").tax_code == "0100233488"
    expect(bar).to_be_visible()
    press(page, "Thôi thực hiện thay")
    expect(bar).to_have_count(0)
    page.goto(f"{site}/ho-so/")
    expect(page.locator("main")).not_to_contain_text(code)


def test_no_data_of_the_first_client_shows_for_the_second(site, enter, open_page):
    where = place()
    holder = CitizenFactory(full_name="Lê Thị Hoa")
    for name in NAMES:
        MandateFactory(holder=holder, principal__full_name=name)
    page = open_page(PHONE)
    enter(page, holder)
    codes, links = [], []

    for name, mark in zip(NAMES, MARKS, strict=True):
        act_for(page, site, name)
        start(page, site, where)
        # What is prefilled and kept is of this client alone.
        fill_in(page, mark)
        codes.append(finish(page, holder))
        start(page, site, where)
        fill_in(page, f"{mark}-NHAP")
        links.append(page.url)

    # Now acting for the second: every page of the first is absent, and no byte of theirs shows.
    first = (NAMES[0], MARKS[0], codes[0])
    for path in ("/ho-so/", f"/ho-so/{codes[1]}/", "/thong-bao/", "/tai-khoan/"):
        text = page.request.get(f"{site}{path}").text()
        assert [mark for mark in first if mark in text] == [], path
    text = page.request.get(links[1]).text()
    assert [mark for mark in first if mark in text] == []
    assert page.request.get(f"{site}/ho-so/{codes[1]}/").status == 200
    for gone in (f"{site}/ho-so/{codes[0]}/", links[0]):
        answer = page.request.get(gone)
        assert answer.status == 404
        assert [mark for mark in first if mark in answer.text()] == []
    # The other way round, the first client's pages are there again.
    act_for(page, site, NAMES[0])
    assert MARKS[0] in page.request.get(f"{site}/ho-so/{codes[0]}/").text()
    assert page.request.get(links[1]).status == 404


def act_for(page, site, name):
    page.goto(f"{site}/tai-khoan/thay-nguoi-khac/")
    page.get_by_role("button", name=f"Làm thay {name}").click()
    expect(page.get_by_role("region", name="Đang thực hiện thay")).to_contain_text(name)
    fits(page)
