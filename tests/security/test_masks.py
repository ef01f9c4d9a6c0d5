"""Lists name people as far as the reader needs it; no number, phone or address of theirs."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from dossiers.enums import DossierState
from dossiers.models import DossierParty
from portal.core.identity import mask_name
from tests.factories.accounts import CitizenFactory, StaffFactory, StaffRoleFactory
from tests.factories.dossiers import dossier_at, office

pytestmark = pytest.mark.django_db

NAME = "Đỗ Quyên Quyên"
NUMBER, PHONE, EMAIL, ADDRESS = "031190777888", "84912777888", "dau.vet@example.vn", "12 Hàng Bông"
NUMBERS = (NUMBER, PHONE, "0912777888", "0912 777 888", EMAIL, ADDRESS)
QUEUES = ("moi", "cua-toi", "den-han", "qua-han", "cho-cong-dan", "cho-tra", "noi-khac", "da-xong")


@pytest.fixture
def place():
    place = office()
    owner = CitizenFactory(
        full_name=NAME, identity_number=NUMBER, phone=PHONE, email=EMAIL, address=ADDRESS
    )
    for state in (DossierState.SUBMITTED, DossierState.PAYMENT, DossierState.RETURNED):
        dossier = dossier_at(state, place=place, owner=owner)
        party = DossierParty.objects.get(dossier=dossier, role="APPLICANT")
        party.set_identity_number(NUMBER)
        party.phone, party.email, party.address = PHONE, EMAIL, ADDRESS
        party.save()
    return place


def lists_of(client, user):
    """Return every list page of the desk that answers this person, searches included."""
    client.force_login(user)
    queue = reverse("dossiers:queue")
    pages = [client.get(queue, {"hang": name}) for name in QUEUES]
    pages += [client.get(queue, {"q": asked}) for asked in ("quyên", "260302")]
    pages += [client.get(reverse(f"payments:{name}")) for name in ("counter", "unplaced")]
    return [page.text for page in pages if page.status_code == 200]


def test_no_list_holds_a_number_phone_mail_or_address(client, place):
    for role in ("clerk", "officer", "leader", "registrar", "cashier"):
        pages = lists_of(client, getattr(place, role))

        assert len(pages) >= 9, role
        assert [number for number in NUMBERS if any(number in page for page in pages)] == [], role


def test_whoever_reads_dossiers_sees_the_name_and_whoever_takes_money_the_initials(client, place):
    read, paid = lists_of(client, place.clerk), lists_of(client, place.cashier)

    assert any(NAME in page for page in read)
    assert not any(NAME in page for page in paid)
    assert any("Đ.Q.Q." in page for page in paid)


def test_a_clerk_elsewhere_who_is_cashier_here_sees_initials_here(client, place):
    StaffRoleFactory(user=place.cashier, role=Role.CLERK, unit=office("binh-lam").desk)

    assert not any(NAME in page for page in lists_of(client, place.cashier))


def test_a_search_by_number_leaves_it_in_no_address(client, place, monkeypatch):
    from dossiers.selectors import desk

    monkeypatch.setattr(desk, "PAGE_SIZE", 1)
    client.force_login(place.clerk)

    page = client.post(reverse("dossiers:queue"), {"q": NUMBER}).text

    assert "Trang sau" in page
    assert f"q={NUMBER}" not in page
    assert page.count(NUMBER) == page.count(f'value="{NUMBER}"') + page.count(f"“{NUMBER}”")


def test_an_auditor_reads_initials_only_and_is_recorded(client, place):
    auditor = StaffFactory(role=Role.AUDITOR, unit=place.agency)
    client.force_login(place.clerk)
    code = _any_code(place.desk)
    client.get(reverse("dossiers:work", args=[code]))
    client.force_login(_owner())
    client.get(reverse("dossiers:detail", args=[code]))
    client.force_login(auditor)

    looks = client.get(reverse("operations:audit_looks"), {"ma": code}).text
    events = client.get(reverse("operations:audit_events"))
    only = client.get(reverse("operations:audit_events"), {"loai": "audit-read"}).text

    assert code in looks
    assert place.clerk.full_name in looks
    assert "Đ.Q.Q." in looks
    assert NAME not in looks + events.text
    assert not any(number in looks + events.text for number in NUMBERS)
    assert only.count("Xem nhật ký kiểm tra</td>") == 3


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"loai": "khong-co"}, 422, "Chọn một loại trong danh sách."),
        ({"tu": "32/13/2026"}, 422, "nhập ngày có thật"),
        ({"tu": "2026-03-02", "den": "2026-03-01"}, 422, "phải từ ngày bắt đầu"),
        ({"den": "9999-12-31"}, 200, "Xem nhật ký kiểm tra"),
        ({"tu": "2030-01-01"}, 200, "Không có dòng nào khớp"),
    ],
)
def test_the_auditors_filter_answers_in_words(client, asked, status, words):
    client.force_login(StaffFactory(role=Role.AUDITOR))

    page = client.get(reverse("operations:audit_events"), asked)

    assert page.status_code == status
    assert words in page.text


def test_an_auditor_lands_on_the_log(client):
    client.force_login(StaffFactory(role=Role.AUDITOR))

    landed = client.get(reverse("accounts:staff_landing"))

    assert landed["Location"] == reverse("operations:audit_events")


def test_initials():
    assert (mask_name("Nguyễn Thị Lan"), mask_name(" đỗ  quyên "), mask_name("")) == (
        "N.T.L.",
        "Đ.Q.",
        "",
    )


def _any_code(desk):
    from dossiers.models import Dossier

    return Dossier.objects.filter(receiving_unit=desk).first().code


def _owner():
    from accounts.models import User

    return User.objects.get(full_name=NAME)
