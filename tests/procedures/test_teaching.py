"""Editors teach the search; what was looked for in vain is counted without persons."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from procedures import missed
from procedures.models import Boost, SearchMiss, Synonym
from procedures.ranking import rank
from procedures.search import read_question
from procedures.services.reindexing import index_catalogue
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import ProcedureFactory

DAY = date(2026, 11, 20)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _new_process():
    missed.start_anew()
    yield
    missed.start_anew()


@pytest.fixture
def names():
    for code, name in {
        "9.100001": "Thủ tục đăng ký khai sinh",
        "9.100002": "Đăng ký thường trú",
        "9.100003": "Cấp giấy phép thăm dò khoáng sản",
        "9.100004": "Cấp giấy phép thăm dò nước dưới đất",
    }.items():
        ProcedureFactory(code=code, name=name)
    index_catalogue()


@pytest.fixture
def editor(client):
    sign_in_proved(client, StaffFactory(role=Role.EDITOR))
    return client


def codes(typed):
    return [row["code"] for row in rank(read_question(typed))]


def teach(client, **data):
    return client.post(
        reverse("procedures:editor_synonym"), {"is_active": "on", "note": "", **data}
    )


def test_saying_of_an_editor_is_known_at_once(names, editor):
    assert codes("mần sổ nhà")[:1] != ["9.100002"]

    assert teach(editor, said="mần sổ nhà", meant="đăng ký thường trú").status_code == 302

    assert codes("man so nha")[0] == "9.100002"
    assert Synonym.objects.get().edited_by is not None


def test_shipped_saying_is_changed_and_switched_off_by_a_row_of_the_same_words(names, editor):
    assert codes("nhập hộ khẩu")[0] == "9.100002"

    teach(editor, said="Nhập hộ khẩu", meant="thăm dò khoáng sản")
    assert codes("nhập hộ khẩu")[0] == "9.100003"

    teach(editor, said="nhập hộ khẩu", meant="thăm dò khoáng sản", is_active="")
    assert Synonym.objects.count() == 1
    assert "9.100003" not in codes("nhập hộ khẩu")


def test_saying_that_means_itself_or_nothing_is_refused(editor):
    assert teach(editor, said="???", meant="đăng ký").status_code == 422
    refused = teach(editor, said="khai sinh", meant="Khai  sinh")
    assert refused.status_code == 422
    assert "Nghĩa phải có từ khác" in refused.text
    assert not Synonym.objects.exists()


def test_weight_moves_a_procedure_where_the_phrase_is(names, editor):
    first, second = codes("thăm dò")[:2]
    url = reverse("procedures:editor_boost")
    data = {"code": second, "phrase": "thăm dò", "factor": "3", "is_active": "on"}

    assert editor.post(url, data).status_code == 302

    assert codes("thăm dò")[0] == second
    assert Boost.objects.get().factor == 3
    assert editor.post(url, {**data, "code": "0.0"}).status_code == 422
    assert editor.post(url, {**data, "factor": "99"}).status_code == 422
    # A phrase without a word would be one for every question.
    assert editor.post(url, {**data, "phrase": "!!!"}).status_code == 422
    assert first != second


def test_question_tried_says_why(names, editor):
    page = editor.get(reverse("procedures:editor_search"), {"q": "nhap ho khauu"}).text

    assert "nhap ho khau" in page
    assert "9.100002" in page
    assert editor.get(reverse("procedures:editor_search"), {"tu": "hộ khẩu"}).status_code == 200


class TestMissed:
    def ask(self, typed, *, days, is_alike=False):
        for number in range(days):
            missed.note(read_question(typed), is_alike=is_alike, on=DAY + timedelta(days=number))
            missed.write()

    def test_words_are_kept_nowhere_until_they_came_on_three_days(self):
        self.ask("xin giấy bay lượn", days=2)
        [row] = SearchMiss.objects.all()
        assert (row.words, row.days) == ("", 2)

        self.ask("XIN GIẤY bay lượn", days=4)

        [row] = SearchMiss.objects.all()
        assert (row.words, row.days, row.first_day) == ("xin giay bay luon", 4, DAY)

    def test_same_day_counts_once(self):
        for _ in range(5):
            self.ask("xin giấy bay lượn", days=1)

        [row] = SearchMiss.objects.all()
        assert (row.days, row.times, row.words) == (1, 5, "")

    @pytest.mark.parametrize(
        "typed",
        [
            "Nguyễn Văn An",
            "giấy của Trần Thị Hoa",
            "0912345678",
            "khai sinh 001099000123",
            "a@b.vn",
            "một hai ba bốn năm sáu bảy tám chín",
            "H99.01-261120-0001",
            "???",
        ],
    )
    def test_what_may_be_personal_is_not_counted(self, typed):
        self.ask(typed, days=5)

        assert not SearchMiss.objects.exists()

    def test_editors_see_it_and_teach_with_one_click(self, editor):
        self.ask("xin giấy bay lượn", days=3)
        self.ask("chỉ hai ngày", days=2)

        page = editor.get(reverse("procedures:editor_search")).text

        assert "?noi=xin%20giay%20bay%20luon" in page
        assert "chi hai ngay" not in page

    def test_search_page_counts_and_stays_cacheable(self, client, names):
        response = client.get(reverse("procedures:search"), {"q": "xyzzy qqqqq"})
        missed.write()

        assert SearchMiss.objects.get().is_alike is False
        assert not response.cookies
        client.get(reverse("procedures:search"), {"q": "đăng ký khai sinh"})
        missed.write()
        assert SearchMiss.objects.count() == 1

    def test_what_has_not_come_for_90_days_is_deleted(self):
        self.ask("xin giấy bay lượn", days=1)

        assert missed.forget_old(on=DAY + timedelta(days=90)) == 0
        assert missed.forget_old(on=DAY + timedelta(days=91)) == 1
