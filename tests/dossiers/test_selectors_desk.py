"""Which dossier stands in which queue, what the search finds, and what may be done to it."""

from datetime import datetime, timedelta

import pytest

from accounts.enums import Role
from dossiers.enums import DossierState
from dossiers.models import Dossier
from dossiers.selectors import desk, desk_queues, desk_work
from dossiers.selectors.desk_queues import Queue
from dossiers.services import processing, reception
from tests.dossiers.desk import LATER, proposed
from tests.factories.accounts import CitizenFactory, StaffFactory, StaffRoleFactory
from tests.factories.dossiers import (
    HANOI,
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    dossier_at,
    fee_line,
    office,
)

pytestmark = pytest.mark.django_db

AT = MONDAY_9AM + timedelta(hours=5)
UNDATED = set(Queue) - {Queue.DUE_TODAY, Queue.OVERDUE}
EVERYBODY = ("clerk", "officer", "leader", "registrar", "cashier")


def roles_of(user):
    return list(user.staff_roles.select_related("unit"))


def codes_in(user, queue, *, at=AT, asked=""):
    page = desk.get_queue_page(user, roles_of(user), queue=queue, asked=asked, at=at)
    return {row.code for row in page.rows}


def queues_of(user, dossier, *, at=AT):
    """Return the queues that hold a dossier, those of dates left out."""
    return {queue for queue in UNDATED if dossier.code in codes_in(user, queue, at=at)}


def offered_to(user, dossier, *, at=LATER):
    found = desk_work.find_dossier(user, code=dossier.code, at=at)
    if found is None:
        return None
    page = desk_work.get_work_page(found, user, roles_of(user), at=at)
    return {one.name for one in page.offered if not one.blocked}


PLACES = {
    DossierState.SUBMITTED: {"clerk": Queue.NEW, "leader": Queue.ELSEWHERE},
    DossierState.ACCEPTED: {"clerk": Queue.ELSEWHERE, "officer": Queue.NEW},
    DossierState.PROCESSING: {"clerk": Queue.ELSEWHERE, "officer": Queue.MINE},
    DossierState.SUPPLEMENT: {"clerk": Queue.CITIZEN, "leader": Queue.CITIZEN},
    DossierState.PAYMENT: {"clerk": Queue.CITIZEN, "cashier": Queue.CITIZEN},
    DossierState.DECIDED: {"clerk": Queue.TO_RETURN, "registrar": Queue.TO_RETURN},
    DossierState.REFUSED: {"clerk": Queue.DONE, "leader": Queue.DONE},
    DossierState.WITHDRAWN: {"clerk": Queue.DONE},
    DossierState.STOPPED: {"clerk": Queue.TO_RETURN, "officer": Queue.TO_RETURN},
    DossierState.RETURNED: {"clerk": Queue.DONE, "cashier": Queue.DONE},
}


def test_every_dossier_stands_in_exactly_one_queue_of_whoever_may_see_it():
    place = office()
    dossiers = {state: dossier_at(state, place=place) for state in DossierState}

    for role in EVERYBODY:
        person = getattr(place, role)
        visible = set(Dossier.objects.visible_to(person, at=AT).values_list("code", flat=True))
        shown = {queue: codes_in(person, queue, at=AT + timedelta(days=1)) for queue in UNDATED}
        for state, dossier in dossiers.items():
            found = {queue for queue, codes in shown.items() if dossier.code in codes}
            assert len(found) == (dossier.code in visible), (role, state, found)
            if role in PLACES[state]:
                assert found == {PLACES[state][role]}, (role, state)


def test_a_returned_step_that_i_hold_is_mine_and_to_return():
    place = office()
    dossier = dossier_at(DossierState.DECIDED, place=place)
    processing.claim_step(dossier_id=dossier.pk, by=place.clerk, at=AT, version=None)

    assert queues_of(place.clerk, dossier) == {Queue.MINE, Queue.TO_RETURN}


def test_what_a_colleague_holds_is_elsewhere():
    place = office()
    colleague = StaffFactory(role=Role.CLERK, unit=place.desk)
    dossier = DossierFactory(place=place)
    processing.claim_step(dossier_id=dossier.pk, by=colleague, at=AT, version=None)

    assert queues_of(place.clerk, dossier) == {Queue.ELSEWHERE}
    assert queues_of(colleague, dossier) == {Queue.MINE}


def test_the_answer_is_due_today_then_overdue():
    place = office()
    dossier = DossierFactory(place=place)  # Monday 9:00, so to be answered by Tuesday 9:30
    tuesday = datetime(2026, 3, 3, 8, 0, tzinfo=HANOI)

    assert codes_in(place.clerk, Queue.DUE_TODAY) == set()
    assert codes_in(place.clerk, Queue.DUE_TODAY, at=tuesday) == {dossier.code}
    late = tuesday + timedelta(hours=2)
    assert codes_in(place.clerk, Queue.DUE_TODAY, at=late) == set()
    assert codes_in(place.clerk, Queue.OVERDUE, at=late) == {dossier.code}
    assert codes_in(place.leader, Queue.OVERDUE, at=late) == {dossier.code}


def test_the_promised_date_counts_when_it_comes_before_the_steps():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    dossier.steps.open().update(due_at=MONDAY_9AM + timedelta(days=60))
    after = dossier.due_at + timedelta(minutes=1)

    assert codes_in(place.officer, Queue.OVERDUE, at=after) == {dossier.code}


def test_what_waits_for_the_citizen_is_nobodys_delay():
    place = office()
    dossier_at(DossierState.SUPPLEMENT, place=place)

    assert codes_in(place.clerk, Queue.OVERDUE, at=AT + timedelta(days=60)) == set()


def test_done_is_left_behind_after_thirty_days_and_found_by_search():
    place = office()
    dossier = dossier_at(DossierState.RETURNED, place=place)
    much_later = MONDAY_9AM + timedelta(days=40)

    assert codes_in(place.clerk, Queue.DONE, at=much_later) == set()
    assert codes_in(place.clerk, Queue.NEW, asked=dossier.code, at=much_later) == {dossier.code}


def test_counts_are_those_of_the_lists():
    place, other = office(), office("khac")
    for state in DossierState:
        dossier_at(state, place=place)
        dossier_at(state, place=other)
    at = AT + timedelta(days=2)

    for role in EVERYBODY:
        person = getattr(place, role)
        links, counts = desk_queues.count_queues(person, roles_of(person), at=at)
        lists = {queue: len(codes_in(person, queue, at=at)) for queue in Queue}
        assert counts == lists
        assert [link.count for link in links] == [lists[queue] for queue in Queue]


def test_no_queue_no_count_and_no_search_shows_another_unit():
    mine, other = office(), office("khac")
    owner = CitizenFactory()
    codes = [dossier_at(state, place=other, owner=owner).code for state in DossierState]

    for role in EVERYBODY:
        person = getattr(mine, role)
        _links, counts = desk_queues.count_queues(person, roles_of(person), at=AT)
        assert set(counts.values()) == {0}, role
        for asked in (*codes, owner.full_name, owner.phone):
            assert codes_in(person, Queue.NEW, asked=asked) == set(), (role, asked)


def test_search_understands_code_name_number_and_phone():
    place = office()
    owner = CitizenFactory(
        full_name="Đặng Thị Thu Hà", phone="84912345678", identity_number="031190123456"
    )
    dossier = DossierFactory(place=place, owner=owner)
    DossierFactory(place=place)

    for asked in (
        dossier.code,
        dossier.code.lower(),
        dossier.code[-11:],
        "dang thu ha",
        "Thu HÀ",
        "0912 345 678",
        "+84912345678",
        "031190123456",
        "031 190 123 456",
    ):
        assert codes_in(place.clerk, Queue.NEW, asked=asked) == {dossier.code}, asked
    for asked in ("031190123457", "0912345679", "khong co", "%", "0912345"):
        assert codes_in(place.clerk, Queue.NEW, asked=asked) == set(), asked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0912 345 678", True),
        ("+84 912.345.678", True),
        ("031190123456", True),
        ("H99.01-260302-0001", False),
        ("260302-0001", False),
        ("Nguyễn Thị Lan", False),
    ],
)
def test_numbers_of_people_do_not_stand_in_addresses(text, expected):
    assert desk.is_private(text) is expected


def test_a_list_is_cut_into_pages_of_fifty():
    place = office()
    owner = CitizenFactory()
    offer = DossierFactory(place=place, owner=owner).procedure.offers.get()
    for _ in range(50):
        DossierFactory(place=place, owner=owner, offer=offer)

    first = desk.get_queue_page(place.clerk, roles_of(place.clerk), queue=Queue.NEW, at=AT)
    second = desk.get_queue_page(
        place.clerk, roles_of(place.clerk), queue=Queue.NEW, page="2", at=AT
    )

    assert (len(first.rows), len(second.rows)) == (50, 1)
    assert second.rows[0].code not in {row.code for row in first.rows}


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [(-5, "còn 5 ngày", "ok"), (-1, "còn 1 ngày", "soon"), (0, "hôm nay", "soon")],
)
def test_a_date_is_told_in_words_with_its_tone(days, words, tone):
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    dossier.steps.open().update(due_at=None)
    friday = datetime(2026, 3, 13, 16, 0, tzinfo=HANOI)
    Dossier.objects.filter(pk=dossier.pk).update(due_at=friday)

    at = friday.replace(hour=8) + timedelta(days=days if days != -5 else -7)
    page = desk.get_queue_page(place.officer, roles_of(place.officer), queue=Queue.MINE, at=at)

    assert (page.rows[0].due.words, page.rows[0].due.tone) == (words, tone)
    assert (page.rows[0].due.exact, page.rows[0].due.note) == ("13/03, 16:00", "hẹn trả")


def test_a_date_that_has_passed_says_by_how_much():
    place = office()
    dossier_at(DossierState.PROCESSING, place=place)
    at = datetime(2026, 3, 13, 16, 0, tzinfo=HANOI)

    page = desk.get_queue_page(place.officer, roles_of(place.officer), queue=Queue.MINE, at=at)

    # The step of 16 working hours from Monday 10:00 ended on Wednesday.
    assert page.rows[0].due.tone == "late"
    assert page.rows[0].due.words == "quá hạn 7 ngày"


# What is offered.

OFFERED = {
    DossierState.SUBMITTED: {
        "clerk": {"accept", "refuse", "claim", "ask_supplement"},
        "leader": {"ask_supplement", "reassign"},
        "registrar": set(),
        "cashier": set(),
    },
    DossierState.ACCEPTED: {
        "clerk": set(),
        "officer": {"propose", "claim", "ask_supplement", "propose_extension"},
        "leader": {"ask_supplement", "reassign", "extend", "undo_acceptance"},
    },
    DossierState.PROCESSING: {
        "clerk": set(),
        "officer": {"propose", "ask_supplement", "propose_extension"},
        "leader": {"ask_supplement", "reassign", "extend", "stop"},
    },
    DossierState.SUPPLEMENT: {"clerk": set(), "leader": {"reassign"}},
    DossierState.PAYMENT: {"clerk": set(), "officer": {"claim"}, "leader": {"reassign"}},
    DossierState.DECIDED: {"clerk": {"hand_over", "claim"}, "leader": {"reassign", "recall"}},
    DossierState.REFUSED: {"clerk": set(), "leader": {"reopen"}},
    DossierState.WITHDRAWN: {"clerk": set(), "leader": set()},
    DossierState.STOPPED: {"clerk": {"hand_back"}, "leader": {"restart"}},
    DossierState.RETURNED: {"clerk": set(), "leader": set()},
}


@pytest.mark.parametrize("state", DossierState)
def test_only_what_may_be_done_now_is_offered(state):
    place = office()
    dossier = dossier_at(state, place=place)

    for role, expected in OFFERED[state].items():
        assert offered_to(getattr(place, role), dossier) == expected, role


def test_a_proposal_is_approved_or_sent_back_and_not_by_its_author():
    place = office()
    both = StaffRoleFactory(user=place.officer, role=Role.LEADER, unit=place.agency).user
    dossier = proposed(place)

    assert {"approve", "send_back"} <= offered_to(place.leader, dossier)
    assert "approve" not in offered_to(both, dossier)


def test_a_late_citizen_may_be_refused():
    place = office()
    dossier = dossier_at(DossierState.SUPPLEMENT, place=place)
    late = dossier.supplements.get().deadline_at + timedelta(days=1)

    assert offered_to(place.clerk, dossier, at=late) == {"refuse"}


def test_what_is_owed_blocks_the_return_and_says_so():
    place = office()
    dossier = dossier_at(
        DossierState.DECIDED, place=place, fees=[fee_line()], fee_moment="AT_RESULT"
    )
    found = desk_work.find_dossier(place.clerk, code=dossier.code, at=LATER)

    page = desk_work.get_work_page(found, place.clerk, roles_of(place.clerk), at=LATER)

    [blocked] = [one for one in page.offered if one.name == "hand_over"]
    assert "chưa nộp" in str(blocked.blocked)
    assert "hand_over" not in offered_to(place.clerk, dossier)


def test_an_undetermined_fee_is_offered_to_clerk_and_leader():
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place, fees=[fee_line(None)])

    assert "fix_fee" in offered_to(place.clerk, dossier)
    assert "fix_fee" in offered_to(place.leader, dossier)
    assert "fix_fee" not in offered_to(place.officer, dossier)


# The work page.


def test_the_head_says_who_has_it_until_when_and_what_next():
    place = office()
    dossier = DossierFactory(place=place)
    processing.claim_step(dossier_id=dossier.pk, by=place.clerk, at=AT, version=None)
    found = desk_work.find_dossier(place.clerk, code=dossier.code, at=AT)

    page = desk_work.get_work_page(found, place.clerk, roles_of(place.clerk), at=AT)

    assert page.sentence == (
        f"{place.clerk.full_name}, {place.desk.name}, đang giữ hồ sơ từ thứ Hai, 02/03/2026, 14:00."
    )
    assert "tiếp nhận" in page.next_sentence
    assert page.due.exact == "03/03, 09:30"


def test_a_cashier_reads_the_name_and_nothing_else_of_the_person():
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    DossierPaperFactory(dossier=dossier)
    found = desk_work.find_dossier(place.cashier, code=dossier.code, at=AT)

    page = desk_work.get_work_page(found, place.cashier, roles_of(place.cashier), at=AT)

    assert page.takes_cash
    assert (page.papers, page.sections, page.slips) == ([], (), [])
    assert [(party.number, party.phone) for party in page.parties] == [("", "")]


def test_superseded_files_are_apart_from_the_current_ones():
    place = office()
    dossier = DossierFactory(place=place)
    DossierPaperFactory(dossier=dossier, superseded_at=AT)
    DossierPaperFactory(dossier=dossier, round=1)
    found = desk_work.find_dossier(place.clerk, code=dossier.code, at=AT)

    [group] = desk_work.get_work_page(found, place.clerk, roles_of(place.clerk), at=AT).papers

    assert [one.round for one in group.files] == [1]
    assert [one.round for one in group.superseded] == [0]


def test_what_happened_is_told_the_newest_first_with_the_promised_date():
    place = office()
    dossier = DossierFactory(place=place)
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=AT, version=None)
    found = desk_work.find_dossier(place.clerk, code=dossier.code, at=AT)

    accepted, submitted = desk_work.get_work_page(
        found, place.clerk, roles_of(place.clerk), at=AT
    ).events

    assert (submitted.title, submitted.who) == ("Nộp hồ sơ", dossier.applicant_name)
    assert (accepted.title, accepted.who) == (
        "Tiếp nhận hồ sơ",
        f"{place.clerk.full_name}, {place.desk.name}",
    )
    assert accepted.detail == "Hẹn trả thứ Hai, 09/03/2026, 14:00."
