"""A procedure entered by hand: seen by nobody outside, put right and thrown away until it is."""

import json
import re

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role, Tier
from procedures.enums import ProcedureState, RevisionState
from procedures.importing.reading import read_line
from procedures.models import NoSuchProcedure, Procedure, Revision, SearchEntry, SearchTerm
from procedures.search import read_question
from procedures.selectors import exchange
from procedures.selectors.editor_catalogue import list_procedures
from procedures.services import drafting, entering, life_events, repealing, teaching
from procedures.services.importing import Outcome, import_records
from procedures.services.publishing import publish_revision
from procedures.services.reindexing import index_catalogue
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import (
    FieldFactory,
    LifeEventFactory,
    OfferFactory,
    ProcedureFactory,
    RevisionFactory,
    WorkflowVersionFactory,
)
from tests.procedures.national import source

pytestmark = pytest.mark.django_db

CODE, NAME = "1.999001", "Cấp giấy phép nuôi thiên nga"


@pytest.fixture
def editor(client):
    person = StaffFactory(role=Role.EDITOR, full_name="Lê Thị Soạn")
    sign_in_proved(client, person)
    return person


@pytest.fixture
def draft(editor):
    return drafting.create_procedure(
        code=CODE,
        name=NAME,
        field=FieldFactory(),
        tiers=[Tier.COMMUNE],
        editor=editor,
        at=timezone.now(),
    )


def publish(draft):
    """Publish a draft by a second person."""
    Revision.objects.filter(pk=draft.pk).update(
        state=RevisionState.IN_REVIEW, sent_by=draft.edited_by, sent_at=timezone.now()
    )
    publish_revision(
        revision_id=draft.pk, publisher=StaffFactory(role=Role.PUBLISHER), at=timezone.now()
    )


def seen(client):
    """Return the public pages that name the procedure."""
    pages = {
        "search": reverse("procedures:search") + "?q=nuoi+thien+nga",
        "suggest": reverse("procedures:suggest") + "?q=nuoi+thien",
        "field": reverse("procedures:field", args=["ho-tich"]),
        "all": reverse("procedures:search"),
        "sitemap": "/sitemap.xml",
    }
    return {
        name
        for name, url in pages.items()
        if re.search(f"{CODE}|thiên nga", client.get(url).text.replace("nuoi+thien", ""))
    }


DIRECT = ("detail", "finder", "cover")


def direct(client):
    return {client.get(reverse(f"procedures:{name}", args=[CODE])).status_code for name in DIRECT}


def test_what_is_being_entered_is_on_no_public_page(client, draft):
    ProcedureFactory(name="Đăng ký khai tử")
    index_catalogue()

    assert draft.procedure.is_withheld
    assert seen(client) == set()
    assert direct(client) == {404}
    # An address with a slip leads to it no more than its own.
    assert client.get(f"/thu-tuc/{CODE}-Xoa/").status_code == 404
    assert not SearchTerm.objects.filter(procedure=draft.procedure).exists()
    assert not SearchEntry.objects.filter(procedure=draft.procedure).exists()


def test_its_publication_shows_it_everywhere(client, draft):
    publish(draft)

    published = Procedure.objects.get(code=CODE)
    assert (published.state, published.is_withheld) == (ProcedureState.PUBLISHED, False)
    assert seen(client) == {"search", "suggest", "field", "all", "sitemap"}
    assert client.get(reverse("procedures:detail", args=[CODE])).status_code == 200


def test_the_ranking_itself_leaves_it_out(client, draft):
    """Even with terms left in the index, as by a hand that wrote them."""
    Procedure.objects.update(is_withheld=False)
    index_catalogue()
    assert "search" in seen(client)

    Procedure.objects.update(is_withheld=True)

    assert seen(client) == set()


def test_nothing_public_takes_it(draft):
    event = LifeEventFactory()

    with pytest.raises(NoSuchProcedure):
        life_events.add_entry(event_id=event.pk, code=CODE, need="")
    with pytest.raises(NoSuchProcedure):
        teaching.save_boost(
            code=CODE, phrase="", factor=2, note="", is_active=True, by=draft.edited_by,
            at=timezone.now(),
        )  # fmt: skip
    assert not exchange.choose(code=CODE).exists()
    assert exchange.list_fields() == []


def test_nothing_is_replaced_by_it(draft):
    with pytest.raises(repealing.BadReplacement):
        repeal(RevisionFactory().procedure.code, replaced_by=CODE)


def test_it_is_not_repealed_but_discarded(draft):
    with pytest.raises(repealing.NeverShown):
        repeal(CODE)


def repeal(code, replaced_by=""):
    repealing.repeal_procedure(
        code=code,
        decision="1/QĐ-UBND",
        decision_date=timezone.localdate(),
        replaced_by=replaced_by,
        publisher=StaffFactory(role=Role.PUBLISHER),
        at=timezone.now(),
    )


@pytest.mark.parametrize("fields", [{"state": "REPEALED"}, {"state": "PUBLISHED"}])
def test_the_database_withholds_nothing_that_was_shown(draft, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Procedure.objects.filter(code=CODE).update(**fields)


def test_the_national_record_shows_it_under_its_own_name(client, draft):
    name = "Cấp giấy phép nuôi thiên nga cổ đen"
    drafted = import_records([read(name=name)], at=timezone.now())

    assert drafted.outcomes == {Outcome.DRAFTED: 1}
    shown = Procedure.objects.get(code=CODE)
    assert (shown.name, shown.state, shown.is_withheld) == (name, ProcedureState.LISTED, False)
    assert "search" in seen(client)
    with pytest.raises(entering.NoLongerOwn):
        discard(draft)


def test_the_national_record_publishes_one_without_a_draft(client, draft):
    drafting.discard_draft(
        revision_id=draft.pk, version=0, editor=draft.edited_by, at=timezone.now()
    )

    import_records([read(name=NAME)], at=timezone.now())

    assert Procedure.objects.get(code=CODE).state == ProcedureState.PUBLISHED
    assert "search" in seen(client)


def read(**given):
    return read_line(1, json.dumps(source(CODE, **given), ensure_ascii=False).encode())


def correct(draft, **given):
    return entering.correct_entry(
        **{
            "code": CODE,
            "new_code": "1.999002",
            "name": "Cấp giấy phép nuôi công",
            "field": draft.procedure.field,
            "tiers": [Tier.PROVINCE],
            "version": 0,
            "editor": draft.edited_by,
            "at": timezone.now(),
            **given,
        }
    )


def discard(draft, **given):
    entering.discard_entry(
        **{"code": CODE, "version": 0, "editor": draft.edited_by, "at": timezone.now(), **given}
    )


def test_code_and_name_are_put_right_and_the_draft_s_name_with_them(draft):
    Revision.objects.update(
        state=RevisionState.IN_REVIEW, sent_by=draft.edited_by, sent_at=timezone.now()
    )

    corrected = correct(draft)

    assert (corrected.code, corrected.tiers) == ("1.999002", [Tier.PROVINCE])
    assert corrected.folded_name == "cap giay phep nuoi cong"
    # Another text than the one that was sent.
    draft.refresh_from_db()
    assert (draft.name, draft.state) == ("Cấp giấy phép nuôi công", RevisionState.DRAFT)
    listed = list_procedures(read_question("nuoi cong"), standing="chua-cong-khai", page="")
    assert [row.state.text for row in listed.rows] == ["Chưa công khai"]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"new_code": "1.000001"}, drafting.CodeTaken),
        ({"new_code": "khai sinh"}, drafting.BadCode),
        ({"version": 7}, drafting.StaleRevision),
        ({"version": -1}, drafting.StaleRevision),
    ],
)
def test_what_cannot_be_changes_nothing(draft, given, refusal):
    ProcedureFactory(code="1.000001")

    with pytest.raises(refusal):
        correct(draft, **given)

    assert Procedure.objects.filter(code=CODE, name=NAME).exists()


@pytest.mark.parametrize("act", [correct, discard])
def test_what_was_published_is_neither_renamed_nor_thrown_away(draft, act):
    publish(draft)

    with pytest.raises(entering.NoLongerOwn):
        act(draft)


def test_what_is_thrown_away_leaves_only_its_history(client, draft, editor):
    WorkflowVersionFactory(procedure=draft.procedure, published_at=None)
    page = reverse("procedures:editor_discard_entry", args=[CODE])
    assert Procedure.objects.filter(code=CODE).exists()

    asked = client.get(page)
    assert "Hủy thủ tục này" in asked.text
    assert Procedure.objects.filter(code=CODE).exists()
    answer = client.post(page, {"version": "0"})

    assert answer.url == reverse("procedures:editor_home")
    assert not Procedure.objects.filter(code=CODE).exists()
    assert not Revision.objects.filter(pk=draft.pk).exists()
    events = apps.get_model("procedures", "ProcedureEvent").objects
    left = events.get(pgh_label="delete", code=CODE)
    assert left.pgh_context["user"] == editor.pk
    # The code is free again.
    typed = {"code": CODE, "name": NAME, "field": FieldFactory().pk, "tiers": ["COMMUNE"]}
    assert client.post(reverse("procedures:editor_create"), typed).status_code == 302


def test_a_draft_that_somebody_changed_meanwhile_is_not_thrown_away(client, draft):
    Revision.objects.update(version=3)

    answer = client.post(reverse("procedures:editor_discard_entry", args=[CODE]), {"version": "0"})

    assert answer.status_code == 409
    assert Procedure.objects.filter(code=CODE).exists()
    # Seen again, it may.
    assert 'name="version" value="3"' in answer.text


def test_what_was_given_by_decision_is_not_thrown_away(client, draft):
    OfferFactory(procedure=draft.procedure)

    with pytest.raises(entering.IsDecided):
        discard(draft)
    page = client.get(reverse("procedures:editor_discard_entry", args=[CODE]))

    assert "Hủy thủ tục này" not in page.text
    assert "đã được giao cho đơn vị" in page.text


def test_the_page_puts_a_code_right_and_keeps_what_was_typed(client, draft):
    page = reverse("procedures:editor_correct", args=[CODE])
    ProcedureFactory(code="1.000001")
    typed = {
        "code": "1.000001", "name": "Tên gõ lại", "field": FieldFactory().pk,
        "tiers": ["COMMUNE"], "version": "0",
    }  # fmt: skip

    taken = client.post(page, typed)
    assert (taken.status_code, "Tên gõ lại" in taken.text) == (422, True)
    Revision.objects.update(version=1)
    stale = client.post(page, {**typed, "code": "1.999003"})
    assert (stale.status_code, "Tên gõ lại" in stale.text) == (409, True)
    saved = client.post(page, {**typed, "code": "1.999003", "version": "1"})

    assert saved.url == reverse("procedures:editor_procedure", args=["1.999003"])
    assert Procedure.objects.get(code="1.999003").name == "Tên gõ lại"


@pytest.mark.parametrize("name", ["editor_correct", "editor_discard_entry"])
def test_of_a_published_one_only_a_revision_is_written(client, editor, name):
    code = RevisionFactory().procedure.code

    page = client.get(reverse(f"procedures:{name}", args=[code]), follow=True)

    assert "chỉ soạn bản sửa đổi" in page.text
    assert client.get(reverse(f"procedures:{name}", args=["1.000000"])).status_code == 404


def test_the_overview_offers_what_can_be_done(client, draft):
    page = client.get(reverse("procedures:editor_procedure", args=[CODE])).text
    acts = {
        name
        for name in ("editor_correct", "editor_discard_entry", "editor_repeal", "detail")
        if f'href="{reverse(f"procedures:{name}", args=[CODE])}"' in page
    }

    assert acts == {"editor_correct", "editor_discard_entry"}
