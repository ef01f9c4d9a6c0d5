"""Life events: what the public sees of them, and what their editors do."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from portal.core import edition
from procedures.enums import ProcedureState
from procedures.models import LifeEvent, LifeEventEntry, NoSuchProcedure, Procedure
from procedures.services import life_events as services
from procedures.services.default_life_events import add_default_events
from tests.factories.accounts import StaffFactory, UnitFactory, sign_in_proved
from tests.factories.procedures import (
    LifeEventEntryFactory,
    LifeEventFactory,
    OfferFactory,
    ProcedureFactory,
)

pytestmark = pytest.mark.django_db

WORDS = {"title": "Chuyển nhà", "summary": "Thường trú", "introduction": "", "icon": "house"}


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(response.content.decode())).split())


def order_of(event):
    return [entry.pk for entry in event.entries.order_by("position", "pk")]


@pytest.fixture
def editor(client):
    unit = UnitFactory(parent=UnitFactory())
    return sign_in_proved(client, StaffFactory(role=Role.EDITOR, unit=unit))


@pytest.fixture
def event():
    event = LifeEventFactory(title="Sinh con")
    for number in (1, 2, 3):
        LifeEventEntryFactory(event=event, need=f"Câu {number}.", position=number)
    return event


def test_page_tells_what_to_do_in_order_with_four_facts(client, catalogue):
    response = client.get("/su-kien/sinh-con/")

    text = text_of(response)
    first, second = text.index("Làm giấy khai sinh cho con"), text.index("Xin bản sao giấy khai")
    assert first < second
    assert "trong 60 ngày kể từ ngày sinh" in text
    for words in ("2 giấy tờ", "Trong ngày làm việc", "Không mất phí", "Nơi làm: "):
        assert words in text[first:second], words
    assert 'href="/thu-tuc/1.001193/"' in response.content.decode()


def test_page_takes_six_queries_however_many_procedures(client):
    for count in (1, 4):
        event = LifeEventFactory()
        for _ in range(count):
            LifeEventEntryFactory(event=event, procedure=OfferFactory().procedure)

        with CaptureQueriesContext(connection) as queries:
            client.get(f"/su-kien/{event.slug}/")

        assert len(queries) == 6, count


def test_hidden_event_and_one_without_a_procedure_in_force_are_absent(client, event):
    hidden = LifeEventFactory(is_shown=False)
    LifeEventEntryFactory(event=hidden)
    gone = LifeEventFactory()
    LifeEventEntryFactory(event=gone, procedure__state=ProcedureState.REPEALED)

    html = client.get("/su-kien/").content.decode()

    assert f"/su-kien/{event.slug}/" in html
    for absent in (hidden, gone):
        assert f"/su-kien/{absent.slug}/" not in html
        assert client.get(f"/su-kien/{absent.slug}/").status_code == 404


def test_repealed_procedure_disappears_and_the_editor_is_told(client, editor, event):
    entry = event.entries.first()
    Procedure.objects.filter(pk=entry.procedure_id).update(state=ProcedureState.REPEALED)

    assert "Câu 1." not in text_of(client.get(f"/su-kien/{event.slug}/"))
    assert "1 thủ tục đã bãi bỏ" in text_of(editor.get(reverse("procedures:editor_events")))
    page = text_of(editor.get(reverse("procedures:editor_event", args=[event.pk])))
    assert page.count("Đã bãi bỏ, không còn hiện với người dân") == 1


def test_editor_writes_an_event_from_nothing(client, editor):
    code = ProcedureFactory().code

    editor.post(reverse("procedures:editor_event_add"), WORDS)
    event = LifeEvent.objects.get()
    assert (event.slug, event.is_shown) == ("chuyen-nha", False)
    show = reverse("procedures:editor_event_show", args=[event.pk])
    refused = editor.post(show, {"shown": "1"}, follow=True)
    assert "Thêm ít nhất một thủ tục" in text_of(refused)
    add = reverse("procedures:editor_event_add_entry", args=[event.pk])
    editor.post(add, {"code": f" {code} ", "need": "Ai cũng cần."})
    editor.post(show, {"shown": "1"})

    assert "Ai cũng cần." in text_of(client.get("/su-kien/chuyen-nha/"))
    editor.post(reverse("procedures:editor_event_add"), WORDS)
    assert LifeEvent.objects.latest("pk").slug == "chuyen-nha-2"


def test_words_are_changed_and_the_address_stays(editor, event):
    url = reverse("procedures:editor_event", args=[event.pk])

    editor.post(url, WORDS)

    changed = LifeEvent.objects.get(pk=event.pk)
    assert (changed.title, changed.slug) == ("Chuyển nhà", event.slug)


@pytest.mark.parametrize(
    ("code", "words"),
    [("9.999", "Không có thủ tục còn hiệu lực nào"), (None, "Sự kiện đã có thủ tục này")],
)
def test_refused_procedure_is_explained_and_what_was_typed_kept(editor, event, code, words):
    code = code or event.entries.first().procedure.code

    response = editor.post(
        reverse("procedures:editor_event_add_entry", args=[event.pk]),
        {"code": code, "need": "Câu vừa gõ"},
    )

    assert response.status_code == 422
    assert words in text_of(response)
    assert 'value="Câu vừa gõ"' in unescape(response.content.decode())
    assert event.entries.count() == 3


def test_repealed_procedure_is_not_added(event):
    repealed = ProcedureFactory(state=ProcedureState.REPEALED)

    with pytest.raises(NoSuchProcedure):
        services.add_entry(event_id=event.pk, code=repealed.code, need="x")


def test_event_takes_no_more_than_twenty(event, monkeypatch):
    monkeypatch.setattr(services, "MOST_ENTRIES", 3)

    with pytest.raises(services.TooMany):
        services.add_entry(event_id=event.pk, code=ProcedureFactory().code, need="x")


def test_procedures_are_moved_with_two_buttons(editor, event):
    first, second, third = order_of(event)
    url = reverse("procedures:editor_event_move_entry", args=[event.pk, first])

    editor.post(url, {"seen": "0", "to": "down"})

    assert order_of(event) == [second, first, third]


def test_move_pressed_twice_moves_once(editor, event):
    first, second, third = order_of(event)
    url = reverse("procedures:editor_event_move_entry", args=[event.pk, first])

    editor.post(url, {"seen": "0", "to": "down"})
    again = editor.post(url, {"seen": "0", "to": "down"}, follow=True)

    assert order_of(event) == [second, first, third]
    assert "Thứ tự vừa thay đổi" in text_of(again)


@pytest.mark.parametrize("seen", ["", "-1", "9", "abc", "0"])
def test_move_beyond_the_ends_changes_nothing(editor, event, seen):
    before = order_of(event)
    url = reverse("procedures:editor_event_move_entry", args=[event.pk, before[0]])

    assert editor.post(url, {"seen": seen, "to": "up"}).status_code == 302
    assert order_of(event) == before


def test_events_are_moved_with_two_buttons(client, editor, event):
    other = LifeEventFactory(title="Kết hôn")
    LifeEventEntryFactory(event=other)

    editor.post(reverse("procedures:editor_event_move", args=[other.pk]), {"seen": "1", "to": "up"})

    text = text_of(client.get("/su-kien/"))
    assert text.index("Kết hôn") < text.index("Sinh con")


def test_sentence_is_changed_and_a_procedure_taken_out(editor, event):
    first, second, third = order_of(event)

    editor.post(
        reverse("procedures:editor_event_entry", args=[event.pk, first]), {"need": "Câu mới."}
    )
    editor.post(reverse("procedures:editor_event_remove_entry", args=[event.pk, second]))

    assert LifeEventEntry.objects.get(pk=first).need == "Câu mới."
    assert order_of(event) == [first, third]
    assert Procedure.objects.count() == 3


def test_event_left_empty_is_hidden(event):
    for entry in order_of(event):
        services.remove_entry(event_id=event.pk, entry_id=entry)

    event.refresh_from_db()
    assert not event.is_shown


def test_entry_of_another_event_is_absent(editor, event):
    other = LifeEventEntryFactory()

    for name in ("editor_event_entry", "editor_event_remove_entry"):
        url = reverse(f"procedures:{name}", args=[event.pk, other.pk])
        assert editor.post(url, {"need": "x"}).status_code == 404
    assert LifeEventEntry.objects.filter(pk=other.pk, need=other.need).exists()


def test_every_act_begins_a_new_edition(event, django_capture_on_commit_callbacks):
    first = order_of(event)[0]
    text = services.EventText(title="a", summary="b", introduction="", icon="baby")
    acts = [
        lambda: services.change_event(event_id=event.pk, text=text),
        lambda: services.show_event(event_id=event.pk, shown=True),
        lambda: services.move_entry(event_id=event.pk, entry_id=first, seen_at=0, up=False),
        lambda: services.change_entry(event_id=event.pk, entry_id=first, need="c"),
        lambda: services.remove_entry(event_id=event.pk, entry_id=first),
        add_default_events,
    ]
    for act in acts:
        before = edition.current()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        assert edition.current() != before, act


def test_shipped_events_are_added_once_and_what_editors_wrote_is_left(catalogue):
    shipped = LifeEvent.objects.count()
    assert shipped >= 6
    LifeEvent.objects.filter(slug="sinh-con").update(title="Có em bé", is_shown=False)

    assert add_default_events() == 0

    kept = LifeEvent.objects.get(slug="sinh-con")
    assert (kept.title, kept.is_shown) == ("Có em bé", False)
    assert LifeEvent.objects.count() == shipped


def test_catalogue_without_any_of_their_procedures_gets_no_event():
    assert add_default_events() == 0
    assert not LifeEvent.objects.exists()
