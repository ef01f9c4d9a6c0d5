"""What differs in two e-forms, question by question."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures.differences.words import (
    Change,
    Kind,
    added,
    became,
    is_reordered,
    list_changes,
    matched,
    removed,
    text_changes,
)
from procedures.eform.conditions import describe
from procedures.eform.definition import Definition, Field, Section
from procedures.eform.names import TYPE_NAMES


def form_changes(old: Definition | None, new: Definition | None) -> Iterator[Change]:
    """Tell what differs between two e-forms; None where a revision has none of its own."""
    if old is None or new is None:
        if new is not None:
            questions = sum(field.takes_answer for field in new.fields())
            words = _("Thêm tờ khai điện tử với %d câu hỏi.") % questions
            yield Change(Kind.ADDED, words)
        elif old is not None:
            yield Change(Kind.REMOVED, _("Bỏ tờ khai điện tử riêng; dùng tờ khai chung."))
        return
    if old.title != new.title:
        yield became(_("Tên tờ khai"), old.title, new.title)
    yield from _section_changes(old, new)
    yield from _fields_changes(tuple(old.fields()), tuple(new.fields()), old, new)


def _section_changes(old: Definition, new: Definition) -> Iterator[Change]:
    gone, come, both = matched(old.sections, new.sections, key=lambda one: one.key)
    yield from (removed(_("phần"), one.title) for one in gone)
    yield from (added(_("phần"), one.title) for one in come)
    for was, now in both:
        if was.title != now.title:
            yield became(_("Tên phần"), was.title, now.title)
        yield from text_changes(_("Phần “%s”, hướng dẫn") % now.title, was.help, now.help)
        yield from _condition_changes(_("Phần “%s”") % now.title, was, now, old, new)
    if is_reordered((one.key for one in old.sections), (one.key for one in new.sections)):
        yield Change(Kind.CHANGED, _("Đổi thứ tự các phần."))


def _fields_changes(
    before: tuple[Field, ...], after: tuple[Field, ...], old: Definition, new: Definition
) -> Iterator[Change]:
    gone, come, both = matched(before, after, key=lambda one: one.key)
    yield from (removed(_("câu hỏi"), one.label) for one in gone)
    for one in come:
        words = {"label": one.label, "type": _type_name(one)}
        yield Change(Kind.ADDED, _("Thêm câu hỏi “%(label)s” (%(type)s).") % words)
    for was, now in both:
        yield from _field_changes(was, now, old, new)
    if is_reordered((one.key for one in before), (one.key for one in after)):
        yield Change(Kind.CHANGED, _("Đổi thứ tự câu hỏi."))


def _field_changes(was: Field, now: Field, old: Definition, new: Definition) -> Iterator[Change]:
    if was.label != now.label:
        yield became(_("Câu hỏi"), was.label, now.label)
    name = _("Câu hỏi “%s”") % now.label
    if was.type is not now.type:
        yield became(_("%s, kiểu trả lời") % name, _type_name(was), _type_name(now))
    if was.required != now.required:
        now_must = _("%s: nay bắt buộc.") if now.required else _("%s: không còn bắt buộc.")
        yield Change(Kind.CHANGED, now_must % name)
    yield from text_changes(_("%s, hướng dẫn") % name, was.help, now.help)
    yield from text_changes(_("%s, ví dụ") % name, was.example, now.example)
    yield from text_changes(_("%s, nội dung") % name, was.text, now.text)
    yield from list_changes(
        _("%s, lựa chọn") % name,
        [one.label for one in was.options],
        [one.label for one in now.options],
    )
    if _limits(was) != _limits(now):
        yield Change(Kind.CHANGED, _("%s: đổi giới hạn của câu trả lời.") % name)
    if was.prefill != now.prefill:
        yield Change(Kind.CHANGED, _("%s: đổi nguồn điền sẵn.") % name)
    yield from _condition_changes(name, was, now, old, new)
    yield from _fields_changes(was.fields, now.fields, old, new)


def _condition_changes(
    name: str, was: Field | Section, now: Field | Section, old: Definition, new: Definition
) -> Iterator[Change]:
    if was.show_if != now.show_if:
        yield became(_("%s, chỉ hỏi khi") % name, _condition(was, old), _condition(now, new))


def _condition(one: Field | Section, form: Definition) -> str:
    if one.show_if is None:
        return ""

    def find(key: str) -> Field | None:
        try:
            return form.field_at(key)
        except KeyError:
            return None  # a column of the same group

    def label_of(key: str) -> str:
        field = find(key)
        return field.label if field else key

    def text_of(key: str, value: object) -> str:
        field = find(key)
        if isinstance(value, bool):
            return _("Có") if value else _("Không")
        return field.option_label(str(value)) if field else str(value)

    return describe(one.show_if, label_of=label_of, text_of=text_of)


def _limits(one: Field) -> tuple[object, ...]:
    return (
        one.min_length, one.max_length, one.minimum, one.maximum, one.min_rows, one.max_rows,
        one.pattern, one.personal,
    )  # fmt: skip


def _type_name(field: Field) -> str:
    """Name the type as a sentence does: "địa chỉ" for "Địa chỉ (đơn vị hành chính 2025)"."""
    name = str(TYPE_NAMES[field.type]).split(" (")[0]
    return name[:1].lower() + name[1:]
