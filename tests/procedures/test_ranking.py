"""Everyday words find the right procedure, the plain one before its special cases."""

import json
import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from procedures.indexing import index_procedures
from procedures.models import Procedure, SearchEntry, SearchTerm, SearchWord
from procedures.ranking import rank, read_terms
from procedures.search import Match, read_question
from procedures.selectors.filters import Filters
from procedures.selectors.results import get_results
from procedures.services.publishing import publish_revision
from procedures.services.reindexing import index_catalogue
from procedures.vocabulary import load_vocabulary, plain, spoken_phrases
from tests.factories.procedures import PUBLISHED_AT, ProcedureFactory

NAMES = {
    "9.100001": "Thủ tục đăng ký khai sinh",
    "9.100002": "Thủ tục đăng ký khai sinh có yếu tố nước ngoài",
    "9.100003": "Thủ tục đăng ký lại khai sinh",
    "9.100004": "Đăng ký thường trú",
    "9.100005": "Xóa đăng ký thường trú",
    "9.100006": "Cấp lại giấy phép lái xe",
    "9.100007": "Cấp giấy phép lái xe",
    "9.100008": "Đăng ký thành lập hộ kinh doanh",
    "9.100009": "Thủ tục đăng ký khai tử",
    "9.100010": "Cấp hộ chiếu phổ thông ở trong nước",
    "9.100011": "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
    "9.100012": "Cấp giấy phép thăm dò khoáng sản",
    "9.100013": "Thu hồi giấy phép nuôi ong mật",
    "9.100014": "Cấp mới giấy phép nuôi ong mật",
}


@pytest.fixture
def names(db):
    for code, name in NAMES.items():
        ProcedureFactory(code=code, name=name)
    index_catalogue()


def codes(typed):
    return [row["code"] for row in rank(read_question(typed))]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("đăng ký khai sinh", "9.100001"),
        ("làm giấy khai sinh cho con cần giấy tờ gì?", "9.100001"),
        ("lam giay khai sinh cho con", "9.100001"),
        ("khai sinh cho con lai", "9.100002"),
        ("làm lại giấy khai sinh", "9.100003"),
        ("nhập hộ khẩu", "9.100004"),
        ("nhap ho khau o dau", "9.100004"),
        ("cắt hộ khẩu", "9.100005"),
        ("mất bằng lái", "9.100006"),
        ("mở quán ăn", "9.100008"),
        ("mẹ tôi mới mất", "9.100009"),
        ("làm hộ chiếu mất bao lâu", "9.100010"),
        ("xin giấy độc thân", "9.100011"),
        # Slips of the fingers: a letter too many, two swapped.
        ("giay phep lai xee", "9.100007"),
        ("khia tu", "9.100009"),
        ("9.100004", "9.100004"),
    ],
)
def test_everyday_words_find_the_procedure(names, typed, code):
    assert codes(typed)[0] == code


def test_plain_procedure_comes_before_its_special_cases(names):
    assert codes("khai sinh")[:2] == ["9.100001", "9.100003"]
    # What is done to a permit that one has comes first for nobody who has not spoken of it.
    assert codes("nuôi ong") == ["9.100014", "9.100013"]
    assert codes("bị thu hồi giấy phép nuôi ong")[0] == "9.100013"
    afterwards = load_vocabulary().act_afterwards
    assert afterwards("cap lai the can cuoc") == {"lai"}
    assert afterwards("cap cap lai phu hieu") == afterwards("cap the can cuoc") == set()


def test_phrases_that_are_shipped_for_a_procedure_find_it(db, monkeypatch):
    for code, name in NAMES.items():
        ProcedureFactory(code=code, name=name)
    assert codes("đào thử tìm vàng sau vườn") == []
    said = {"9.100012": ("đào thử tìm vàng", "khoan tìm mỏ đá")}
    monkeypatch.setattr("procedures.indexing.spoken_phrases", lambda: said)

    index_catalogue()

    assert codes("đào thử tìm vàng sau vườn")[0] == "9.100012"


def test_what_knows_the_whole_question_comes_before_what_shares_its_rarest_word(db, monkeypatch):
    rare, whole = "9.100020", "9.100021"
    ProcedureFactory(code=rare, name="Cấp giấy phép rạp xiếc")
    ProcedureFactory(code=whole, name="Thông báo tổ chức biểu diễn nghệ thuật tại địa phương")
    for number in range(30, 40):
        ProcedureFactory(code=f"9.1000{number}", name=f"Thông báo hoạt động đoàn hội làng {number}")
    said = {whole: ("đoàn xiếc về làng diễn", "đoàn hát về làng diễn")}
    monkeypatch.setattr("procedures.indexing.spoken_phrases", lambda: said)
    index_catalogue()

    asked = "đoàn xiếc về diễn ở làng"

    assert codes(asked)[0] == whole
    monkeypatch.setattr("procedures.ranking._KNOWN", 0.0)
    monkeypatch.setattr("procedures.indexing.spoken_phrases", dict)
    index_catalogue()
    assert codes(asked)[0] == rare


def test_shipped_phrases_are_of_use():
    """Short enough to be typed, none twice, and each leaves words to look for."""
    said = spoken_phrases()

    assert len(said) > 2000
    for code, phrases in said.items():
        assert re.fullmatch(r"\d\.\d{6}", code), code
        assert len(set(map(plain, phrases))) == len(phrases), code
        assert all(plain(one) and len(one) <= 80 for one in phrases), code


def test_name_typed_exactly_comes_first_and_a_slip_is_called_one(names):
    assert rank(read_question("cấp giấy phép lái xe"))[0]["found"] == Match.EXACT
    assert rank(read_question("giấy phép lái xee"))[0]["found"] == Match.ALIKE


@pytest.mark.parametrize(
    "typed", ["", "???", "xyzzyqqq", "cần giấy tờ gì", "%", "' OR 1=1", "không có gì xyzq"]
)
def test_words_that_tell_nothing_rank_nothing(names, typed):
    assert codes(typed) == []


def test_repealed_procedure_is_not_ranked(names):
    Procedure.objects.filter(code="9.100009").update(state="REPEALED")

    assert "9.100009" not in codes("khai tử")


@pytest.mark.parametrize(
    "typed", ["tôi muốn nhập hộ khẩu cho con thì cần những giấy tờ gì", "giay phep lai xee"]
)
def test_question_is_two_statements_however_it_is_typed(names, django_assert_num_queries, typed):
    """One asks whether what this process knows is still so, one ranks."""
    for _ in range(2):
        with django_assert_num_queries(2):
            assert rank(read_question(typed))


def test_phrases_of_asking_are_not_looked_for():
    words = read_question("Hồ sơ đăng ký tạm trú gồm những gì?").all_words

    terms = read_terms(words)

    assert "dang ky" in terms
    assert "gom" not in terms
    assert "ho so" not in terms


def test_publishing_writes_the_words_and_takes_the_old_ones_away(db):
    procedure = ProcedureFactory(name="Tên cũ lạ")
    with transaction.atomic():
        index_procedures([procedure.pk])
    revision = procedure.revisions.create(
        number=1, name="Cấp phép thả diều", keywords=["chơi diều"], results=["Giấy phép diều"]
    )

    publish_revision(revision_id=revision.pk, publisher=None, at=PUBLISHED_AT)

    terms = set(SearchTerm.objects.filter(procedure=procedure).values_list("term", flat=True))
    assert {"tha dieu", "choi dieu", "giay phep"} <= terms
    assert not {"cu", "la"} & terms
    assert SearchWord.objects.get(term="tha dieu").holders == 1
    # A word that no procedure has any more is a slip like any other, and is mended.
    assert set(SearchWord.objects.values_list("term", flat=True)) == terms
    assert SearchEntry.objects.get(procedure=procedure).name_weight > 0
    assert codes("thả diều") == [procedure.code]


def test_index_is_the_same_when_written_twice(names):
    before = set(SearchTerm.objects.values_list("procedure_id", "term", "weight", "in_name"))

    index_catalogue()

    after = SearchTerm.objects.values_list("procedure_id", "term", "weight", "in_name")
    assert set(after) == before
    assert len(after) == len(before)


def test_sayings_are_data_without_doubles_or_loops():
    vocabulary = load_vocabulary()

    assert len(vocabulary.synonyms) > 300
    for said, meant in vocabulary.synonyms.items():
        assert said not in meant
        assert all(meant)


class TestEvaluating:
    def evaluate(self, tmp_path, *questions):
        path = tmp_path / "cau-hoi.jsonl"
        path.write_text("\n".join([*map(json.dumps, questions), "{"]))
        out = StringIO()
        call_command("evaluate_search", str(path), stdout=out)
        return out.getvalue().splitlines()

    def test_scores_and_reasons_are_printed(self, names, tmp_path):
        right = {"text": "nhập hộ khẩu", "gold_codes": ["9.100004"]}
        wrong = {"text": "nhập hộ khẩu", "gold_codes": ["9.100009"]}

        lines = self.evaluate(
            tmp_path,
            right,
            wrong,
            {**right, "ambiguous": True},
            {**right, "context_dependent": True},
            {"text": "x", "gold_codes": []},
            {"text": "x", "gold_codes": ["0.0"]},
        )

        assert lines[0] == "7 câu hỏi, dùng 2"
        assert len([line for line in lines if line.startswith("  bỏ 1: ")]) == 5
        assert lines[-2] == "có dấu     hit@1 0.500  hit@5 0.500  MRR 0.500"
        assert lines[-1] == "không dấu  hit@1 0.500  hit@5 0.500  MRR 0.500"

    def test_any_procedure_of_the_same_name_is_a_hit(self, names, tmp_path):
        ProcedureFactory(code="9.200000", name="ĐĂNG KÝ thường trú")

        lines = self.evaluate(tmp_path, {"text": "nhập hộ khẩu", "gold_codes": ["9.200000"]})

        assert "hit@1 1.000" in lines[-1]

    def test_missing_file_is_said(self, tmp_path):
        with pytest.raises(CommandError, match="Không có tệp"):
            call_command("evaluate_search", str(tmp_path / "khong.jsonl"))


def test_command_writes_the_index_anew(names):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procedures_searchterm")
    out = StringIO()

    call_command("index_search", stdout=out)

    assert f"{len(NAMES)} thủ tục" in out.getvalue()
    assert codes("nhập hộ khẩu")[0] == "9.100004"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("thăm dò", "Khớp với tên thủ tục"),
        ("đào thử tìm vàng", "Người dân cũng gọi là “đào thử tìm vàng”"),
        ("tìm vàng, đào thử", "Người dân cũng gọi là “đào thử tìm vàng”"),
        ("khoáng sản phép thăm dò", "Có đủ các từ đã gõ"),
        ("khoáng sản ở bãi sông", "Gần với điều đã gõ"),
        ("cấp giấy phép thăm dò khoáng sảnn", "Gần giống với “Cấp giấy phép thăm dò khoáng sản”"),
    ],
)
def test_reason_says_no_more_than_is_so(db, monkeypatch, typed, why):
    for code, name in NAMES.items():
        ProcedureFactory(code=code, name=name)
    said = {"9.100012": ("đào thử tìm vàng",)}
    for module in ("indexing", "selectors.reasons"):
        monkeypatch.setattr(f"procedures.{module}.spoken_phrases", lambda: said)
    index_catalogue()

    found = get_results(
        question=read_question(typed), filters=Filters(), page="", on=date(2026, 11, 23)
    )

    rows = [row for row in (found.best, *found.rows) if row and row.code == "9.100012"]
    assert [row.why for row in rows] == [why]
    # Only where nothing answers the whole question does the page say so.
    assert found.is_far is (why == "Gần với điều đã gõ")
