"""What an editor does to an e-form: each change keeps the rest, or is refused with both names."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from procedures.eform import editing
from procedures.eform.definition import to_json
from procedures.eform.editing import DOWN, UP, EditError, NoSuchPart, make_key
from procedures.eform.links import links
from procedures.eform.parsing import parse_definition
from procedures.eform.review import list_paths, review
from procedures.eform.standard import blank_form, standard_form

BIRTH = parse_definition(
    json.loads(Path(__file__).with_name("birth_registration.json").read_text(encoding="utf-8"))
)
OPTIONS = [{"value": "nha", "label": "Tại nhà"}, {"value": "vien", "label": "Bệnh viện"}]


def text(key, label=None, **parts):
    return {"key": key, "type": "text", "label": label or key, **parts}


def form_of(*sections):
    return parse_definition(
        {
            "version": 1,
            "title": "T",
            "sections": [
                {"key": key, "title": f"Phần {key}", "fields": fields} for key, fields in sections
            ],
        }
    )


PLACE = {"key": "noi_sinh", "type": "one_of", "label": "Nơi sinh", "options": OPTIONS}
FORM = form_of(
    (
        "mot",
        [
            text("ho_ten", "Họ tên"),
            PLACE,
            text("ten_vien", "Tên bệnh viện", show_if={"field": "noi_sinh", "equals": "vien"}),
        ],
    ),
    (
        "hai",
        [
            {
                "key": "con",
                "type": "group",
                "label": "Các con",
                "fields": [
                    {"key": "con_nho", "type": "yes_no", "label": "Còn nhỏ"},
                    text("truong", "Trường", show_if={"field": "con_nho", "equals": True}),
                ],
            },
            text("ghi_chu", "Ghi chú", show_if={"field": "con", "answered": True}),
        ],
    ),
)


def keys(definition):
    return [[field.key for field in section.fields] for section in definition.sections]


def test_a_key_is_made_from_the_label_once():
    assert make_key("Họ, chữ đệm & tên", taken=set()) == "ho_chu_dem_ten"
    assert make_key("Đ", taken={"d"}) == "d_2"
    assert make_key("12 số", taken=set()) == "muc_12_so"
    assert make_key("???", taken={"muc"}) == "muc_2"
    assert len(make_key("a" * 200, taken={"a" * 46})) <= 50


def test_a_new_question_stands_where_it_was_asked_for():
    changed, path = editing.add_field(
        FORM, {"type": "date", "label": "Ngày sinh"}, section="mot", after="ho_ten"
    )

    assert path == "ngay_sinh"
    assert keys(changed)[0] == ["ho_ten", "ngay_sinh", "noi_sinh", "ten_vien"]
    assert keys(editing.add_field(FORM, {"type": "date", "label": "N"}, section="hai")[0])[1] == [
        "con", "ghi_chu", "n",
    ]  # fmt: skip


def test_a_column_never_takes_the_key_of_a_question_outside():
    changed, path = editing.add_field(FORM, {"type": "text", "label": "Họ tên"}, group="con")

    assert path == "con.ho_ten_2"
    assert [one.key for one in changed.field("con").fields] == ["con_nho", "truong", "ho_ten_2"]


def test_another_label_keeps_the_key():
    changed = editing.edit_field(FORM, "ho_ten", {"type": "text", "label": "Tên khai sinh"})

    assert changed.field("ho_ten").label == "Tên khai sinh"
    assert keys(changed) == keys(FORM)


def test_an_edited_group_keeps_its_columns():
    changed = editing.edit_field(
        FORM, "con", {"type": "group", "label": "Con", "min_rows": 1, "row_title": "Con thứ"}
    )

    assert changed.field("con").fields == FORM.field("con").fields
    assert changed.field("con").min_rows == 1


def test_a_question_moves_over_the_edge_into_the_next_section():
    once = editing.move_field(FORM, "ten_vien", DOWN)
    assert keys(once) == [["ho_ten", "noi_sinh"], ["ten_vien", "con", "ghi_chu"]]

    assert keys(editing.move_field(once, "ten_vien", UP)) == keys(FORM)
    assert keys(editing.move_field(FORM, "ho_ten", UP)) == keys(FORM)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda: editing.move_field(FORM, "noi_sinh", DOWN), ("Nơi sinh", "Tên bệnh viện")),
        (lambda: editing.move_field(FORM, "ten_vien", UP), ("Nơi sinh", "Tên bệnh viện")),
        (lambda: editing.move_field(FORM, "con", DOWN), ("Các con", "Ghi chú")),
        (lambda: editing.move_field(FORM, "con.con_nho", DOWN), ("Còn nhỏ", "Trường")),
        (lambda: editing.remove_field(FORM, "noi_sinh"), ("Nơi sinh", "Tên bệnh viện")),
        (lambda: editing.remove_field(FORM, "con.con_nho"), ("Còn nhỏ", "Trường")),
        (lambda: editing.remove_field(FORM, "con"), ("Các con", "Ghi chú")),
        (
            lambda: editing.edit_field(FORM, "noi_sinh", {"type": "text", "label": "Nơi sinh"}),
            ("Nơi sinh", "Tên bệnh viện"),
        ),
        (
            lambda: editing.edit_field(FORM, "noi_sinh", {**PLACE, "options": OPTIONS[:1]}),
            ("Nơi sinh", "Tên bệnh viện", "vien"),
        ),
    ],
)
def test_what_a_condition_needs_stays_and_both_are_named(change, names):
    with pytest.raises(EditError) as refused:
        change()

    assert all(name in refused.value.sentence for name in names)


def test_a_section_that_another_depends_on_stays_before_it():
    dependent = form_of(
        ("mot", [PLACE]),
        ("hai", [text("a", "Tên", show_if={"field": "noi_sinh", "answered": True})]),
    )

    with pytest.raises(EditError, match=r"Nơi sinh"):
        editing.move_section(dependent, "hai", UP)
    with pytest.raises(EditError, match=r"Nơi sinh"):
        editing.remove_section(dependent, "mot")
    assert keys(editing.remove_section(dependent, "hai")) == [["noi_sinh"]]


def test_nothing_is_left_empty():
    with pytest.raises(EditError, match="chỉ còn một câu hỏi"):
        editing.remove_field(form_of(("mot", [text("a")])), "a")
    with pytest.raises(EditError, match="ít nhất một phần"):
        editing.remove_section(form_of(("mot", [text("a")])), "mot")


def test_a_copy_has_a_key_of_its_own_and_stands_behind():
    changed, path = editing.duplicate_field(FORM, "ten_vien")

    assert keys(changed)[0] == ["ho_ten", "noi_sinh", "ten_vien", path]
    assert changed.field(path).show_if == FORM.field("ten_vien").show_if
    column, path = editing.duplicate_field(FORM, "con.truong")
    assert column.field_at(f"con.0.{path.split('.')[1]}").label == "Trường (bản sao)"


def test_a_new_section_begins_with_a_question():
    changed = editing.add_section(FORM, title="Phần mot", first={"type": "text", "label": "Số"})

    assert [one.key for one in changed.sections] == ["mot", "hai", "phan_mot"]
    assert keys(changed)[2] == ["so"]


def test_a_fault_of_the_question_itself_names_its_property():
    with pytest.raises(EditError) as refused:
        editing.edit_field(FORM, "ho_ten", {"type": "text", "label": "H", "pattern": "("})
    assert refused.value.part == "pattern"

    with pytest.raises(EditError) as refused:
        editing.edit_field(FORM, "con.truong", {"type": "text", "label": "H", "max_length": 0})
    assert refused.value.part == "max_length"


@pytest.mark.parametrize("path", ["khac", "con.khac", "ho_ten.khac", "con.0", ""])
def test_what_is_not_there_is_not_changed(path):
    for change in (editing.remove_field, editing.duplicate_field):
        with pytest.raises(NoSuchPart):
            change(FORM, path)


@pytest.mark.parametrize("make", [blank_form, standard_form])
def test_what_one_begins_from_is_a_form(make):
    assert review(parse_definition(make("T" * 300))) == []


def test_what_deserves_another_look_is_told():
    published = form_of(("mot", [text("a"), text("b", "Số nhà"), text("c", "Cũ")]))
    draft = form_of(
        (
            "mot",
            [
                text("a", "Rất dài " * 16),
                {"key": "b", "type": "integer", "label": "Số nhà"},
                text("d", "Số căn cước của người nhận"),
                text("e", "Số hiệu", pattern="[0-9]+"),
            ],
        )
    )

    told = {(one.path, one.sentence.split(":")[0]) for one in review(draft, published=published)}

    assert {path for path, _words in told} == {"a", "b", "d", "e", ""}
    assert any("“Cũ”" in words for path, words in told if path == "")
    assert review(published, published=published) == []


PATHS = [path for path, _field in list_paths(BIRTH)]
SECTIONS = [section.key for section in BIRTH.sections]
STEP = st.tuples(
    st.sampled_from(["move", "remove", "duplicate", "rename", "section", "drop"]),
    st.sampled_from(PATHS),
    st.sampled_from(SECTIONS),
    st.sampled_from([UP, DOWN]),
)


def take(definition, step):
    kind, path, section, way = step
    match kind:
        case "move":
            return editing.move_field(definition, path, way)
        case "remove":
            return editing.remove_field(definition, path)
        case "duplicate":
            return editing.duplicate_field(definition, path)[0]
        case "rename":
            raw = _raw(to_json(definition), path)
            return editing.edit_field(definition, path, {**raw, "label": "Tên mới"})
        case "section":
            return editing.move_section(definition, section, way)
    return editing.remove_section(definition, section)


def _raw(data, path):
    fields = [field for section in data["sections"] for field in section["fields"]]
    for key in path.split("."):
        fields = [field for field in fields if field["key"] == key] or [None]
        found = fields[0]
        if found is None:
            raise NoSuchPart(path)
        fields = found.get("fields", [])
    return found


@settings(deadline=None, max_examples=60)
@given(steps=st.lists(STEP, max_size=12))
def test_whatever_is_done_every_condition_finds_the_question_it_meant(steps):
    definition = BIRTH
    meant = {(link.owner, link.key): link.target for link in links(to_json(BIRTH))}
    for step in steps:
        try:
            definition = take(definition, step)
        except (EditError, NoSuchPart):
            continue

    data = to_json(definition)
    assert parse_definition(json.loads(json.dumps(data))) == definition
    for link in links(data):
        assert link.target
        assert meant.get((link.owner, link.key), link.target) == link.target


@settings(deadline=None, max_examples=60)
@given(path=st.sampled_from(PATHS), way=st.sampled_from([UP, DOWN]))
def test_a_move_changes_the_order_and_nothing_else(path, way):
    try:
        moved = editing.move_field(BIRTH, path, way)
    except EditError:
        return

    assert dict(list_paths(moved)).keys() == dict(list_paths(BIRTH)).keys()
    try:
        back = editing.move_field(moved, path, -way)
    except EditError:
        return
    assert BIRTH in (back, moved)


@given(labels=st.lists(st.text(max_size=80), max_size=12))
def test_keys_are_keys_and_never_repeat(labels):
    taken = set()
    for label in labels:
        key = make_key(label, taken=taken)
        assert key not in taken
        assert key.isascii()
        assert key[0].isalpha()
        assert key == key.lower()
        assert len(key) <= 50
        taken.add(key)
