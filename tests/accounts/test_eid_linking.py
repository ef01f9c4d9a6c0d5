"""Which account an electronic identity opens: its link, a proven number, or a new one."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts import consent
from accounts.eid.claims import Identity
from accounts.enums import IdentityLevel
from accounts.models import EidLink, SecurityEvent, User
from accounts.services import eid as services
from accounts.services.eid import Conflict, EidConflict
from portal.notices.models import Notice
from tests.accounts import NOW
from tests.accounts.sign_on import BEGIN, LAN, LINK, OPEN, begin, come_back, walk
from tests.factories.accounts import CitizenFactory, StaffFactory

PASSWORD = "Song-Tranh@2026"


def lan(**changes) -> Identity:
    given = {
        "issuer": "https://dinh-danh.example.vn",
        "subject_hash": "a" * 64,
        "number": LAN.number,
        "name": "Nguyễn Thị Lan",
        "born": date(1990, 3, 27),
        "level": "2",
    }
    return Identity(**{**given, **changes})


def find(identity=None) -> User | None:
    return services.find_account(identity=identity or lan(), at=NOW)


def kinds(user) -> list[str]:
    return list(
        SecurityEvent.objects.filter(user=user).order_by("pk").values_list("kind", flat=True)
    )


def refused(call) -> Conflict:
    with pytest.raises(EidConflict) as error:
        call()
    return error.value.conflict


def citizen(**changes) -> User:
    return CitizenFactory(
        **{"identity_number": LAN.number, "password": make_password(PASSWORD), **changes}
    )


@pytest.fixture
def signed_in(client):
    user = citizen()
    client.force_login(user)
    return user


class TestFinding:
    pytestmark = pytest.mark.django_db

    def test_the_link_comes_first(self):
        user = services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)

        assert find() == user
        assert EidLink.objects.get().user == user

    def test_a_proven_number_is_linked_once_and_its_owner_is_told(self):
        owner = citizen(seen=True)

        assert find() == owner

        owner.refresh_from_db()
        assert owner.identity_level == IdentityLevel.EID
        assert kinds(owner) == ["eid-linked", "signed-in"]
        assert SecurityEvent.objects.last().data == {"by": "eid"}
        media = set(Notice.objects.filter(recipient=owner).values_list("medium", flat=True))
        assert media == {"in_app", "sms", "email"}
        assert find() == owner
        assert EidLink.objects.count() == 1

    @pytest.mark.parametrize("level", ["DECLARED", "PHONE_VERIFIED"])
    def test_a_declared_number_gives_no_account_away_and_blocks_nobody(self, level):
        squatter = citizen(identity_level=level)

        assert find() is None
        user = services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)

        assert user != squatter
        assert (user.identity_level, user.identity_number) == (IdentityLevel.EID, LAN.number)
        assert not user.has_usable_password()
        assert not squatter.eid_links.exists()
        squatter.refresh_from_db()
        assert squatter.identity_level == level
        assert Notice.objects.filter(recipient=squatter, kind="identity-declared").exists()
        assert find() == user

    def test_name_phone_and_email_find_nobody(self):
        citizen(identity_number="031190999999", full_name="Nguyễn Thị Lan", seen=True)

        assert find() is None

    def test_a_second_identity_with_the_same_number_does_not_get_in(self):
        owner = services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)

        assert refused(lambda: find(lan(subject_hash="b" * 64))) == Conflict.OTHER_EID
        assert kinds(owner)[-1] == "eid-conflict"
        assert EidLink.objects.count() == 1

    def test_a_link_whose_number_has_changed_does_not_open(self):
        services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)

        assert refused(lambda: find(lan(number="031190777777"))) == Conflict.OTHER_NUMBER

    def test_a_closed_account_is_not_opened_nor_doubled(self):
        owner = citizen(seen=True, is_active=False)

        assert refused(find) == Conflict.CLOSED
        assert refused(
            lambda: services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)
        ) == (Conflict.CLOSED)
        assert not owner.eid_links.exists()

    def test_an_account_merged_into_another_opens_that_one(self):
        gone = services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)
        stays = citizen(identity_level=IdentityLevel.DECLARED)
        User.objects.filter(pk=gone.pk).update(merged_into=stays)

        assert find() == stays
        assert EidLink.objects.get().user == stays

    def test_staff_with_the_number_are_no_citizens(self):
        staff = StaffFactory()
        staff.set_identity_number(LAN.number)
        staff.identity_level = IdentityLevel.SEEN
        staff.save()

        assert find() is None

    def test_the_database_keeps_one_account_for_an_identity(self):
        services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)
        other = citizen(identity_number="031190999999")

        with pytest.raises(IntegrityError), transaction.atomic():
            EidLink.objects.create(
                user=other,
                issuer=lan().issuer,
                subject_hash=lan().subject_hash,
                level="2",
                linked_at=NOW,
                used_at=NOW,
            )


class TestLinking:
    pytestmark = pytest.mark.django_db

    def link(self, user, **changes) -> User:
        return services.link_account(user=user, identity=lan(**changes), at=NOW)

    def test_the_owner_of_the_number_links_and_is_proven_by_it(self):
        user = citizen(full_name="Lan", date_of_birth=None)

        self.link(user)

        user.refresh_from_db()
        assert user.identity_level == IdentityLevel.EID
        assert (user.full_name, user.date_of_birth) == ("Nguyễn Thị Lan", date(1990, 3, 27))
        assert kinds(user) == ["eid-linked"]

    def test_another_number_is_refused_and_noted(self):
        user = citizen(identity_number="031190999999")

        assert refused(lambda: self.link(user)) == Conflict.OTHER_NUMBER
        assert kinds(user) == ["eid-conflict"]

    def test_an_identity_of_another_account_is_refused(self):
        services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)
        user = citizen()

        assert refused(lambda: self.link(user)) == Conflict.OTHER_ACCOUNT
        user.refresh_from_db()
        assert user.identity_level == IdentityLevel.PHONE_VERIFIED

    def test_a_number_proven_elsewhere_is_refused(self):
        citizen(seen=True)
        user = citizen()

        assert refused(lambda: self.link(user)) == Conflict.OTHER_ACCOUNT

    def test_unlinking_needs_another_way_in(self):
        only = services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)

        assert refused(lambda: services.unlink_account(user=only, at=NOW)) == Conflict.LAST_WAY_IN

    def test_what_was_unlinked_opens_by_its_proven_number_again(self):
        user = citizen()
        self.link(user)

        services.unlink_account(user=user, at=NOW)

        assert not EidLink.objects.filter(ended_at__isnull=True).exists()
        assert kinds(user)[-1] == "eid-unlinked"
        assert find() == user

    def test_confirming_takes_the_accounts_own_identity_only(self):
        user, other = citizen(), citizen(identity_number="031190999999")
        self.link(user)

        services.confirm_account(user=user, identity=lan(), at=NOW)

        assert kinds(user)[-1] == "eid-confirmed"
        call = lambda: services.confirm_account(user=other, identity=lan(), at=NOW)  # noqa: E731
        assert refused(call) == Conflict.OTHER_ACCOUNT


def consent_twice_at_once() -> list[int | str]:
    """Return what two consents that start together gave: an account each, or what was raised."""
    barrier, found = Barrier(2), []

    def run() -> None:
        try:
            barrier.wait(10)
            user = services.open_account(identity=lan(), consent_version=consent.VERSION, at=NOW)
            found.append(user.pk)
        except IntegrityError as error:
            found.append(type(error).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.mark.django_db(transaction=True)
def test_two_consents_at_once_open_one_account():
    opened = consent_twice_at_once()

    assert len(opened) == 2
    assert len(set(opened)) == 1
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_consents_at_once_collide(monkeypatch):
    """The negative control: both look before either writes, and only the constraint is left."""
    gate, look = Barrier(2, timeout=10), services._live_link

    def look_together(identity: Identity) -> EidLink | None:
        link = look(identity)
        gate.wait()
        return link

    monkeypatch.setattr(services, "lock_identity", lambda number_hash: None)
    monkeypatch.setattr(services, "_live_link", look_together)

    found = consent_twice_at_once()

    assert sorted(type(one).__name__ for one in found) == ["int", "str"]
    assert "IntegrityError" in found
    assert User.objects.count() == 1


@pytest.mark.django_db
class TestPages:
    def test_a_new_account_needs_the_consent(self, client, vneid):
        walk(client, vneid, LAN, next="/thong-bao/")

        page = client.get(f"{OPEN}?next=/thong-bao/").content.decode()
        assert "NGUYỄN THỊ LAN" in page
        assert LAN.number not in page
        assert client.post(OPEN).status_code == 422
        assert not User.objects.exists()
        answer = client.post(OPEN, {"consent": "on", "next": "/thong-bao/"})

        assert answer["Location"] == "/thong-bao/"
        user = User.objects.get()
        assert user.consent_version
        assert client.get("/tai-khoan/").status_code == 200

    def test_nobody_gets_to_the_consent_without_the_provider(self, client, vneid):
        assert client.get(OPEN)["Location"] == "/dang-nhap/"
        assert client.post(OPEN, {"consent": "on"})["Location"] == "/dang-nhap/"
        assert not User.objects.exists()

    def test_linking_asks_for_the_password_first(self, client, vneid, signed_in):
        assert "Chưa liên kết" in client.get(LINK).content.decode()
        assert client.post(LINK, {"password": "sai"}).status_code == 422
        assert not vneid.sign_on.asked

        address = client.post(LINK, {"password": PASSWORD})["Location"]
        before = client.session.session_key
        answer = come_back(client, vneid.choose(address, LAN))

        assert answer["Location"] == LINK
        assert "prompt=login" in address
        assert "đã liên kết với VNeID" in client.get(LINK).content.decode()
        assert client.session.session_key != before
        assert client.session["eid_proved_at"]
        signed_in.refresh_from_db()
        assert signed_in.identity_level == IdentityLevel.EID
        client.post(LINK, {"password": PASSWORD})
        assert "Chưa liên kết" in client.get(LINK).content.decode()

    def test_an_answer_for_somebody_else_in_this_browser_links_nothing(
        self, client, vneid, signed_in
    ):
        address = client.post(LINK, {"password": PASSWORD})["Location"]
        back = vneid.choose(address, LAN)
        states = client.session["socialaccount_states"]
        client.force_login(citizen(identity_number="031190999999"))
        session = client.session
        session["socialaccount_states"] = states
        session.save()

        answer = come_back(client, back)

        assert answer["Location"] == LINK
        assert not EidLink.objects.exists()

    def test_a_conflict_is_told_where_it_happened(self, client, vneid):
        user = citizen(identity_number="031190999999")
        client.force_login(user)
        address = client.post(LINK, {"password": PASSWORD})["Location"]

        answer = come_back(client, vneid.choose(address, LAN))

        assert answer["Location"] == LINK
        assert "khác với số của tài khoản này" in client.get(LINK).content.decode()

    def test_signing_out_ends_the_session_at_the_provider_too_where_it_can(
        self, client, vneid, settings
    ):
        walk(client, vneid, LAN)
        client.post(OPEN, {"consent": "on"})
        settings.EID = {**settings.EID, "LOGOUT_URL": f"{vneid.url}/oidc/logout"}

        answer = client.post("/dang-xuat/")

        assert answer["Location"].startswith(f"{vneid.url}/oidc/logout?client_id=cong&")
        assert "id_token" not in answer["Location"]
        assert "_auth_user_id" not in client.session
        # Who came by password is not sent there.
        client.force_login(citizen(identity_number="031190999999"))
        assert client.post("/dang-xuat/")["Location"] == "/dang-nhap/"

    def test_a_citizen_signed_in_is_asked_to_confirm_and_comes_back(self, client, vneid):
        walk(client, vneid, LAN)
        client.post(OPEN, {"consent": "on"})
        client.logout()
        client.force_login(User.objects.get())
        assert "eid_proved_at" not in client.session
        page = client.get(f"{BEGIN}?next=/thong-bao/").content.decode()
        assert "Xác nhận bằng VNeID" in page

        answer = come_back(client, vneid.choose(begin(client, next="/thong-bao/"), LAN))

        assert answer["Location"] == "/thong-bao/"
        assert client.session["eid_proved_at"]

    def test_a_next_of_elsewhere_is_not_followed(self, client, vneid):
        walk(client, vneid, LAN)
        client.post(OPEN, {"consent": "on"})
        stranger = Client()

        answer = walk(stranger, vneid, LAN, next="https://noi-khac.example.vn/")

        assert answer["Location"] == "/ho-so/"
