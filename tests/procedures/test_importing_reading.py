"""One line of the national record: each defect is repaired or marked, nothing is made up."""

import unicodedata

import pytest

from procedures.enums import FeeStatus, FilingChannel, PaperSource, TimeUnit
from procedures.importing.findings import Kind
from procedures.importing.reading import read_line
from procedures.importing.records import Unreadable
from tests.procedures.national import component, fee, kinds, method, record


class TestReading:
    def test_a_sound_record_is_taken_as_it_is(self):
        one = record()

        assert one.findings == ()
        assert one.tiers == ("PROVINCE", "COMMUNE")
        revision = one.content.revision
        assert revision["decision_number"] == "12/QĐ-BTN"
        assert revision["order_of_steps"] == [
            {"title": "Bước 1", "text": "Nộp hồ sơ."},
            {"title": "Bước 2", "text": "Nhận kết quả."},
        ]
        assert revision["filing_places"] == "Trực tiếp tại quầy."
        assert one.content.times == (
            {
                "channel": FilingChannel.COUNTER,
                "amount": 5,
                "unit": TimeUnit.WORKING_DAYS,
                "note": "",
            },
        )

    @pytest.mark.parametrize(
        ("written", "code", "found"),
        [
            (" 9.900001", "9.900001", {Kind.CODE_REPAIRED}),
            ("9.900001\u200b ", "9.900001", {Kind.CODE_REPAIRED}),
            ("9.900001-Xoa", "9.900001", {Kind.CODE_REPAIRED, Kind.CODE_ODD}),
            ("9.9000011", "9.9000011", {Kind.CODE_ODD}),
        ],
    )
    def test_codes_lose_what_does_not_belong_to_them(self, written, code, found):
        one = record(code=written)

        assert one.code == code
        assert kinds(one) == found

    def test_letters_are_composed(self):
        one = record(name=unicodedata.normalize("NFD", "Đổi thẻ hải sản"))

        assert one.name == "Đổi thẻ hải sản"
        assert kinds(one) == {Kind.NOT_COMPOSED}

    def test_markup_is_taken_out_and_lines_stay_apart(self):
        one = record(
            name="Cấp <b>thẻ</b>&nbsp;bơi &amp; lặn",
            requirements="<p>Biết bơi</p><ul><li>18 tuổi</li></ul><script>alert(1)</script>a < b",
        )

        assert one.name == "Cấp thẻ bơi & lặn"
        assert one.content.revision["requirements"] == "Biết bơi\n18 tuổi\na < b"
        assert kinds(one) == {Kind.HTML}

    @pytest.mark.parametrize("mark", [". ", "1. ", "12) ", "- ", ".1. "])
    def test_a_name_loses_what_stood_before_it_in_a_list(self, mark):
        one = record(name=f"{mark}Cấp thẻ bơi 2. lần")

        assert one.name == one.content.revision["name"] == "Cấp thẻ bơi 2. lần"
        assert kinds(one) == {Kind.NAME_MARKED}

    @pytest.mark.parametrize("name", ["2.4 GHz: cấp phép", "03 thẻ bơi", "“Thẻ bơi”: cấp"])
    def test_a_name_keeps_what_belongs_to_it(self, name):
        assert record(name=name).name == name

    def test_signs_that_nobody_sees_are_taken_out(self):
        one = record(requirements="\uf0fc Đủ\u200e 18\xad tuổi")

        assert one.content.revision["requirements"] == "- Đủ 18 tuổi"
        assert kinds(one) == {Kind.INVISIBLE_SIGNS}

    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            (fee(0, "Mức thu do Hội đồng nhân dân tỉnh quy định"), Kind.FEE_ZERO_WITH_TEXT),
            (fee(None, "Theo thông tư"), Kind.FEE_TEXT_ONLY),
            (fee(1), Kind.FEE_TOO_SMALL),
            (fee(999, "một bản"), Kind.FEE_TOO_SMALL),
            (fee(10**12), Kind.FEE_TOO_SMALL),
            (fee(20, currency="USD"), Kind.FEE_OTHER_CURRENCY),
            (fee("nhiều", "tùy"), Kind.FEE_TEXT_ONLY),
        ],
    )
    def test_fee_that_is_not_certain_is_neither_free_nor_payable(self, given, kind):
        one = record(methods=[method(fees=[given])])

        (rule,) = one.content.fees
        assert (rule["status"], rule["amount_vnd"]) == (FeeStatus.UNDETERMINED, None)
        assert kinds(one) == {kind}
        assert given["text"] in rule["text"]

    def test_what_was_written_as_a_tiny_fee_stays_readable(self):
        one = record(methods=[method(fees=[fee(120, "Lệ phí cấp")])])

        assert one.content.fees[0]["text"] == "Lệ phí cấp (nguồn ghi: 120 đồng)"
        assert one.content.fees[0]["kind"] == "CHARGE"

    @pytest.mark.parametrize(
        ("value", "status", "amount"),
        [(0, FeeStatus.FREE, None), (1_000, FeeStatus.AMOUNT, 1_000)],
    )
    def test_certain_fee_is_kept(self, value, status, amount):
        one = record(methods=[method(fees=[fee(value)])])

        assert [(rule["status"], rule["amount_vnd"]) for rule in one.content.fees] == [
            (status, amount)
        ]
        assert one.findings == ()

    def test_zero_beside_a_sum_is_not_called_free(self):
        one = record(methods=[method(fees=[fee(0), fee(50_000)])])

        assert [rule["status"] for rule in one.content.fees] == [FeeStatus.AMOUNT]

    def test_one_fee_of_several_channels_is_one_rule(self):
        one = record(
            methods=[method(fees=[fee(9_000)]), method("truc_tuyen", fees=[fee(9_000), fee(4_000)])]
        )

        assert [(rule["amount_vnd"], rule["channels"]) for rule in one.content.fees] == [
            (9_000, [FilingChannel.ONLINE, FilingChannel.COUNTER]),
            (4_000, [FilingChannel.ONLINE]),
        ]

    @pytest.mark.parametrize(
        ("amount", "unit", "expected", "found"),
        [
            (5, "OTHER", (None, TimeUnit.NONE_GIVEN), {Kind.TIME_UNIT_OTHER}),
            (None, None, (None, TimeUnit.NONE_GIVEN), {Kind.TIME_NOT_GIVEN}),
            (0, "DAY", (None, TimeUnit.NONE_GIVEN), {Kind.TIME_NOT_GIVEN}),
            (7.5, "WORKING_DAY", (60, TimeUnit.HOURS), {Kind.TIME_CONVERTED}),
            (2, "MONTH", (60, TimeUnit.CALENDAR_DAYS), {Kind.TIME_CONVERTED}),
            (3, "DAY", (3, TimeUnit.CALENDAR_DAYS), set()),
            (4, "HOUR", (4, TimeUnit.HOURS), set()),
        ],
    )
    def test_time_is_never_made_up(self, amount, unit, expected, found):
        one = record(methods=[method(amount=amount, unit=unit)])

        (time,) = one.content.times
        assert (time["amount"], time["unit"]) == expected
        assert kinds(one) == found

    def test_several_times_of_a_channel_promise_none_and_are_told(self):
        one = record(methods=[method(amount=5), method(amount=20, note="Phải xác minh")])

        (time,) = one.content.times
        assert (time["amount"], time["unit"]) == (None, TimeUnit.NONE_GIVEN)
        assert time["note"] == "5 ngày làm việc; 20 ngày làm việc. Phải xác minh"
        assert kinds(one) == {Kind.TIMES_DIFFER}

    def test_line_without_a_copy_is_a_note_and_not_a_paper(self):
        one = record(
            components=[
                component("Đơn đề nghị"),
                component("Nộp bản sao kèm bản chính.", originals=0, case="* Lưu ý:"),
            ]
        )

        assert [paper["name"] for paper in one.content.papers] == ["Đơn đề nghị"]
        assert one.content.revision["paper_notes"] == "* Lưu ý:\nNộp bản sao kèm bản chính."
        assert kinds(one) == {Kind.NOTE_AS_PAPER}

    def test_papers_keep_heading_form_and_a_key_of_their_own(self):
        one = record(
            components=[
                component("- Tờ khai", files=["mau-01.docx"]),
                component("Tờ khai", case="Đối với tổ chức:"),
                component("Căn cước", case="Giấy tờ phải xuất trình"),
            ]
        )

        first, second, third = one.content.papers
        assert (first["key"], second["key"]) == ("to-khai", "to-khai-2")
        assert (first["name"], first["hint"]) == ("Tờ khai", "Mẫu: mau-01.docx")
        assert (second["is_mandatory"], second["condition"]) == (False, "Đối với tổ chức:")
        assert third["source"] == PaperSource.SHOW

    def test_absurd_number_of_originals_is_marked(self):
        one = record(components=[component("Đơn", originals=261)])

        assert one.content.papers[0]["originals"] == 1
        assert kinds(one) == {Kind.MANY_COPIES}

    def test_longest_names_are_kept_whole(self):
        name = "Cấp phép " + "a" * 1183
        paper = "Giấy " + "b" * 8000
        one = record(name=name, components=[component(paper)])

        assert one.name == name
        assert one.content.papers[0]["name"] + one.content.papers[0]["hint"] == paper
        assert kinds(one) == {Kind.LONG_NAME, Kind.LONG_PAPER_NAME}

    def test_tier_that_is_no_more_and_missing_decision_are_marked(self):
        one = record(requirements="Nộp ở cấp huyện", decision_no="", sectors=[])

        assert kinds(one) == {Kind.ABOLISHED_TIER, Kind.NO_DECISION, Kind.NO_FIELD}

    @pytest.mark.parametrize(
        "line",
        [
            b"{", b"[]", b"\xff", b"null", b'"x"', b"[" * 100_000,
            b'{"code": "9.900001"}',
            b'{"name": "Khong co ma"}',
            b'{"code": "abc", "name": "x"}',
            b'{"code": "9.900001", "name": "x", "sectors": 3}',
            b'{"code": "9.900001", "name": "x", "methods": ["x"]}',
            b'{"code": "9.900001", "name": "%s"}' % (b"x" * 1501),
        ],
    )  # fmt: skip
    def test_line_that_is_no_record_says_why(self, line):
        one = read_line(7, line)

        assert isinstance(one, Unreadable)
        assert one.line == 7
        assert one.why
