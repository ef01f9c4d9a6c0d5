"""Several people decide on the same of the catalogue at once: it is done once, or all are told."""

from datetime import UTC, date, datetime
from functools import partial
from threading import Barrier

import pytest
from django.apps import apps
from django.db.models import QuerySet

from accounts.enums import Role, Tier
from procedures.enums import (
    ArticleKind,
    ArticleTopic,
    ExchangeKind,
    ExchangeState,
    ResultDelivery,
    ServiceMode,
)
from procedures.models import CatalogueFile, LocalRule, Offer, Procedure, Revision
from procedures.services import (
    articles,
    drafting,
    exchange_files,
    local_rules,
    offers,
    repealing,
    reviewing,
)
from procedures.services.local_rules import NewRule, Overlaps
from procedures.services.locking import WrongState
from procedures.services.offer_plan import Terms
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.procedures import FeeRuleFactory, RevisionFactory, changing_published
from tests.procedures.test_exchange import minimal, packed, revision
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
FROM = date(2026, 7, 1)
TERMS = Terms(
    unit=None,
    tier=Tier.COMMUNE,
    declared_level=1,
    service_mode=ServiceMode.INFORMATION,
    returns=(ResultDelivery.COUNTER,),
    decision_number="125/QĐ-UBND",
    decision_date=date(2026, 6, 10),
    decision_annex="",
    valid_from=FROM,
)


@pytest.fixture
def province():
    return UnitFactory(tier=Tier.PROVINCE)


@pytest.fixture
def publishers(province):
    return [StaffFactory(role=Role.PUBLISHER, unit=province) for _each in range(4)]


@pytest.fixture
def unlocked(monkeypatch):
    """What everybody would do if nobody waited for anybody."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self)


def together(monkeypatch, place, name, *, count):
    """Let nobody go on behind a function before everybody has come there."""
    gate, original = Barrier(count, timeout=30), getattr(place, name)

    def wait_for_all(*args, **kwargs):
        answer = original(*args, **kwargs)
        gate.wait()
        return answer

    monkeypatch.setattr(place, name, wait_for_all)


# An import's file -------------------------------------------------------------------------------


@pytest.fixture
def file():
    by = StaffFactory(role=Role.EDITOR)
    data = packed(minimal(revision=revision()))
    file_id = exchange_files.bring_in(
        kind=ExchangeKind.PACKAGE, name="goi.json", data=data, by=by, at=AT
    )
    return CatalogueFile.objects.get(pk=file_id)


def confirmations(file, count=4):
    return [
        partial(
            exchange_files.confirm,
            file_id=file.pk,
            report_hash=file.report_hash,
            by=StaffFactory(role=Role.EDITOR),
            at=AT,
        )
        for _each in range(count)
    ]


def confirmed_by(file):
    """Return how many people the history names as those who confirmed."""
    events = apps.get_model("procedures", "CatalogueFileEvent").objects.filter(pgh_obj=file)
    return events.exclude(confirmed_by=None).values("confirmed_by").distinct().count()


def test_a_file_that_four_people_confirm_at_once_is_taken_in_once(file):
    seen = at_once(confirmations(file))

    assert not [one for one in seen if isinstance(one, Exception)]
    file.refresh_from_db()
    assert (file.state, file.attempts) == (ExchangeState.DONE, 1)
    assert confirmed_by(file) == 1
    assert Revision.objects.count() == Procedure.objects.count() == 1


def test_control_without_locks_a_file_is_taken_by_all(file, unlocked, monkeypatch):
    together(monkeypatch, exchange_files, "_lock", count=4)
    monkeypatch.setattr(exchange_files, "work_on", lambda _file_id, **_at: True)

    at_once(confirmations(file))

    assert confirmed_by(file) == 4


def test_two_workers_that_both_hold_a_confirmed_file_take_it_in_once(file, monkeypatch):
    """The lease ran out while the first was still at it."""
    monkeypatch.setattr(exchange_files, "SMALL_BYTES", 0)
    confirmations(file, 1)[0]()
    file.refresh_from_db()
    monkeypatch.setattr(exchange_files, "_claim", lambda _id, **_at: file)

    at_once([partial(exchange_files.work_on, file.pk, at=AT)] * 2)

    file.refresh_from_db()
    assert file.state == ExchangeState.DONE
    assert Revision.objects.count() == 1


# Offers -----------------------------------------------------------------------------------------


def assignments(codes, publishers, **more):
    # Each names them in another order: whoever locked as they came would wait for ever.
    return [
        partial(
            offers.assign_offers,
            codes=codes if at % 2 else codes[::-1],
            terms=TERMS,
            publisher=publisher,
            at=AT,
            **more,
        )
        for at, publisher in enumerate(publishers)
    ]


def test_procedures_assigned_by_four_people_at_once_have_one_offer_each(publishers):
    codes = [RevisionFactory().procedure.code for _each in range(3)]

    seen = at_once(assignments(codes, publishers))

    assert [type(one) for one in seen].count(offers.Refused) == 3
    assert Offer.objects.count() == 3
    assert Offer.objects.values("assigned_by").distinct().count() == 1


def test_who_has_seen_another_plan_is_told_and_closes_nothing(publishers):
    codes = [RevisionFactory().procedure.code for _each in range(3)]
    plan = offers.preview_offers(codes=codes, terms=TERMS, by=publishers[0], at=AT)

    seen = at_once(assignments(codes, publishers, seen=plan.fingerprint))

    assert [type(one) for one in seen].count(offers.PlanChanged) == 3
    assert Offer.objects.count() == 3


def test_control_without_locks_all_four_assign(publishers, unlocked, monkeypatch):
    codes = [RevisionFactory().procedure.code]
    together(monkeypatch, offers, "make_plan", count=4)

    seen = at_once(assignments(codes, publishers))

    assert not [one for one in seen if isinstance(one, Exception)]
    assert Offer.objects.count() == 4


def test_a_repeal_at_the_moment_of_an_assignment_leaves_no_offer_in_force(publishers):
    code = RevisionFactory().procedure.code
    repeal = partial(
        repealing.repeal_procedure,
        code=code,
        decision="9/QĐ",
        decision_date=date(2026, 6, 15),
        replaced_by="",
        publisher=publishers[0],
        at=AT,
    )

    for _each in range(3):
        Offer.objects.all().delete()
        assigned, _repealed = at_once([*assignments([code], publishers[:1]), repeal])

        assert isinstance(assigned, list | offers.Refused)
        assert not Offer.objects.not_over(on=FROM).exists()
        repealing.take_repeal_back(code=code, publisher=publishers[0], at=AT)


# Local rules ------------------------------------------------------------------------------------


def rules(publishers):
    owner = RevisionFactory().procedure
    with changing_published():
        fee = FeeRuleFactory(case=owner.current_revision.cases.get())
    rule = NewRule(
        unit=None,
        tier=Tier.COMMUNE,
        case_key=fee.case.key,
        decision_number="3/NQ-HĐND",
        decision_date=date(2026, 6, 1),
        annex="",
        valid_from=FROM,
        valid_until=None,
        fee_key=fee.key,
        fee_status="AMOUNT",
        amount_vnd=5_000,
    )
    return [
        partial(local_rules.add_rule, code=owner.code, rule=rule, publisher=one, at=AT)
        for one in publishers
    ]


def test_local_rules_added_at_once_about_the_same_do_not_overlap(publishers):
    seen = at_once(rules(publishers))

    assert [type(one) for one in seen].count(Overlaps) == 3
    assert LocalRule.objects.count() == 1


def test_control_without_locks_local_rules_overlap(publishers, unlocked, monkeypatch):
    together(monkeypatch, local_rules, "_check_free", count=4)

    at_once(rules(publishers))

    assert LocalRule.objects.count() == 4


# A draft ----------------------------------------------------------------------------------------


def test_a_draft_thrown_away_while_it_is_sent_is_gone_or_waits_for_a_publisher():
    editor, other = (StaffFactory(role=Role.EDITOR) for _each in range(2))
    code = RevisionFactory().procedure.code

    for _each in range(4):
        draft = drafting.open_draft(code=code, editor=editor, at=AT)
        known = {"revision_id": draft.pk, "version": draft.version, "at": AT}
        sent, thrown = at_once(
            [
                partial(reviewing.send_to_review, editor=editor, **known),
                partial(drafting.discard_draft, editor=other, **known),
            ]
        )

        if isinstance(sent, Revision):
            assert isinstance(thrown, drafting.StaleRevision)
            drafting.discard_draft(revision_id=draft.pk, version=sent.version, editor=other, at=AT)
        else:
            assert isinstance(sent, WrongState)
            assert not Revision.objects.filter(pk=draft.pk).exists()


def test_the_same_file_is_one_import_whoever_holds_the_lock():
    """Two files of the same content, confirmed at once: the second has nothing to do."""
    by = StaffFactory(role=Role.EDITOR)
    data = packed(minimal(revision=revision()))
    files = [
        CatalogueFile.objects.get(
            pk=exchange_files.bring_in(
                kind=ExchangeKind.PACKAGE, name="goi.json", data=data, by=by, at=AT
            )
        )
        for _each in range(2)
    ]

    at_once([one for file in files for one in confirmations(file, 1)])

    states = sorted(CatalogueFile.objects.values_list("state", flat=True))
    assert states == [ExchangeState.CHECKED, ExchangeState.DONE]
    assert Revision.objects.count() == Procedure.objects.count() == 1


# Two articles of one title ----------------------------------------------------------------------


def start_two():
    words = articles.Words("Nộp hồ sơ", "", "Một.")
    start = partial(
        articles.start_article,
        by=StaffFactory(role=Role.EDITOR),
        at=AT,
        kind=ArticleKind.GUIDE,
        topic=ArticleTopic.FILING,
        words=words,
    )
    return at_once([start, start])


def test_two_articles_of_one_title_have_two_addresses():
    begun = start_two()

    assert len({version.article.slug for version in begun}) == 2


def test_without_waiting_in_line_two_articles_take_one_address(monkeypatch):
    monkeypatch.setattr(articles, "wait_in_line", lambda number: None)
    together(monkeypatch, articles, "_free_slug", count=2)

    kinds = sorted(type(one).__name__ for one in start_two())

    assert kinds == ["ArticleVersion", "IntegrityError"]
