"""The frame, the components and the forms as a browser receives them."""

import re
from html import unescape

import pytest
from crispy_forms.layout import Layout
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_form
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.exceptions import RequestDataTooBig
from django.template.loader import render_to_string
from django.test import RequestFactory

from portal.core import views
from portal.core.forms import DayField, PortalFormHelper
from portal.core.templatetags.portal_forms import summary_lines


class BirthForm(forms.Form):
    name = forms.CharField(label="Họ và tên", help_text="Viết có dấu.")
    born = DayField(label="Ngày sinh")
    sex = forms.ChoiceField(
        label="Giới tính", choices=[("m", "Nam"), ("f", "Nữ")], widget=forms.RadioSelect
    )
    ways = forms.MultipleChoiceField(
        label="Báo tin",
        choices=[("sms", "Tin nhắn")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    place = forms.ChoiceField(label="Nơi sinh", choices=[("", "Chọn"), ("1", "Bệnh viện")])
    note = forms.CharField(label="Ghi chú", widget=forms.Textarea, required=False)
    paper = forms.FileField(label="Giấy chứng sinh", required=False)
    agree = forms.BooleanField(label="Tôi xin chịu trách nhiệm")
    key = forms.CharField(widget=forms.HiddenInput, required=False)


def by_filter(form):
    return as_crispy_form(form)


def by_tag(form):
    return render_crispy_form(form, PortalFormHelper(form, submit="Nộp hồ sơ"))


@pytest.fixture(params=[by_filter, by_tag], ids=["filter", "tag"])
def rendered(request):
    return request.param


def element(html, element_id):
    match = re.search(rf"<[^>]*\bid=\"{element_id}\"[^>]*>", html)
    assert match, element_id
    return match.group()


def test_summary_links_to_the_first_control_of_each_wrong_field(rendered):
    html = rendered(BirthForm({"born": "31/2/2024"}))

    summary = html[html.index('class="error-summary"') : html.index("</ul>")]
    anchors = re.findall(r'href="#([^"]+)"', summary)
    assert anchors == ["id_name", "id_born", "id_sex_0", "id_place", "id_agree"]
    for anchor in anchors:
        element(html, anchor)
    assert "Có thông tin cần sửa" in unescape(summary)
    assert 'role="alert"' in html
    assert 'tabindex="-1"' in html


def test_form_without_errors_has_no_summary(rendered):
    html = rendered(BirthForm())

    assert "error-summary" not in html
    assert "field-error" not in html


def test_hint_and_error_are_tied_to_the_control(rendered):
    html = rendered(BirthForm({}))

    control = element(html, "id_name")
    assert 'aria-describedby="id_name_helptext id_name_error"' in control
    assert 'aria-invalid="true"' in control
    element(html, "id_name_helptext")
    element(html, "id_name_error")
    assert re.search(r'<span class="visually-hidden">Lỗi:</span>\s*Cần điền mục này\.', html)


def test_group_of_options_is_a_fieldset_with_a_legend_that_is_described(rendered):
    html = rendered(BirthForm({}))

    fieldset = element(html, "div_id_sex")
    assert fieldset.startswith("<fieldset")
    assert 'aria-describedby="id_sex_error"' in fieldset
    assert re.search(r"<legend[^>]*>\s*Giới tính\s*</legend>", html)
    assert html.count("<fieldset") == 2


def test_only_optional_fields_are_marked_and_nothing_has_an_asterisk(rendered):
    html = rendered(BirthForm())

    marked = re.findall(r"([\w ]+?)\s*<span class=\"field__optional\">\(không bắt buộc\)", html)
    assert [label.strip() for label in marked] == ["Báo tin", "Ghi chú", "Giấy chứng sinh"]
    assert "*" not in html


def test_conditionally_required_field_is_not_called_optional():
    form = BirthForm()
    form.fields["note"].conditionally_required = True

    html = as_crispy_form(form["note"].form)

    assert "Ghi chú" in html
    assert html.count("field__optional") == 2


def test_form_has_nothing_inline_and_every_label_has_its_control(rendered):
    html = rendered(BirthForm({}))

    assert not re.search(r"\s(?:style|on[a-z]+)=", html)
    targets = re.findall(r'<label for="([^"]+)"', html)
    assert len(targets) == 9
    for target in targets:
        element(html, target)


def test_formset_has_one_summary_for_all_its_forms():
    formset = forms.formset_factory(BirthForm, extra=2, min_num=2, validate_min=True)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-name": "Lan"}
    )

    html = as_crispy_form(formset)

    assert html.count('class="error-summary"') == 1
    assert 'href="#id_form-0-born"' in html


@pytest.mark.parametrize("typed", ["5/3/1990", "05-03-1990", " 05.03.1990 ", "05031990"])
def test_day_is_read_as_people_write_it(typed):
    form = BirthForm({"born": typed})

    form.is_valid()

    assert form.cleaned_data["born"].isoformat() == "1990-03-05"


def test_day_is_one_numeric_text_box():
    html = as_crispy_form(BirthForm({"born": "5/3/1990"}))

    control = element(html, "id_born")
    assert 'type="text"' in control
    assert 'inputmode="numeric"' in control


def test_frame_is_the_same_for_everybody_and_sets_no_cookie():
    pages = []
    for cookie in ("", "sessionid=abc; csrftoken=def"):
        request = RequestFactory().get("/khong-co/", headers={"cookie": cookie})
        response = views.page_not_found(request, Exception())
        pages.append(response.content)
        assert response.status_code == 404
        assert not response.cookies
        assert not response.has_header("Vary")

    assert pages[0] == pages[1]
    html = pages[0].decode()
    assert "Cổng Dịch vụ công tỉnh Đông Hải" in html
    assert 'href="#noi-dung"' in html
    assert 'id="noi-dung"' in html


@pytest.mark.parametrize("demo", [True, False])
def test_demo_says_on_every_page_that_its_data_is_invented(settings, demo):
    settings.DEMO = demo

    html = views.page_not_found(RequestFactory().get("/"), Exception()).content.decode()

    assert ("BẢN TRÌNH DIỄN – dữ liệu giả" in html) is demo


@pytest.mark.parametrize("code", [400, 403, 404, 409, 410, 413, 429])
def test_error_page_says_what_is_safe(code):
    html = render_to_string(f"{code}.html", request=RequestFactory().get("/"))

    assert re.search(r"giữ nguyên|Không có gì bị thay đổi|đã được giữ", html)
    assert "<h1>" in html


@pytest.mark.parametrize("code", [500, 503])
def test_last_error_pages_need_no_context(code):
    html = render_to_string(f"{code}.html")

    assert "giữ nguyên" in html


def test_server_error_is_answered_even_when_its_page_is_broken(settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": True}]

    response = views.server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "giữ nguyên" in response.content.decode()


def test_too_large_a_request_is_called_so():
    response = views.bad_request(RequestFactory().post("/"), RequestDataTooBig())

    assert response.status_code == 413
    assert "Tệp gửi lên quá lớn" in response.content.decode()


def test_request_id_is_kept_when_sane_and_made_when_not(client):
    kept = client.get("/khong-co/", headers={"x-request-id": "abcdef12-3456"})
    made = client.get("/khong-co/", headers={"x-request-id": "a b\nforged"})

    assert kept["X-Request-ID"] == "abcdef12-3456"
    assert re.fullmatch(r"[0-9a-f]{16}", made["X-Request-ID"])


def test_paper_card_shows_state_files_and_error():
    html = render_to_string(
        "components/paper_card.html",
        {
            "key": "birth",
            "title": "Giấy chứng sinh",
            "hint": "",
            "optional": False,
            "state": "redo",
            "state_text": "cần chụp lại",
            "files": [
                {
                    "name": "a.jpg",
                    "url": "/tep/1/",
                    "facts": "1 trang · 1,2 MB",
                    "scan": "Chưa quét mã độc",
                    "thumb_url": "/tep/1/trang/1/",
                    "move_url": "",
                    "remove_url": "/bo/1/",
                }
            ],
            "upload_url": "/tai/",
            "accept": ".pdf,.jpg",
            "max_bytes": 20971520,
            "max_words": "20 MB",
            "error": "Không mở được ảnh này.",
            "csrf_token": "token",
        },
    )

    assert 'id="paper-birth"' in html
    assert 'data-max-bytes="20971520"' in html
    assert "cần chụp lại" in html
    assert "Chưa quét mã độc" in html
    assert html.count('value="token"') == 2
    assert "paper-birth-limit paper-birth-error" in element(html, "paper-birth-file")


def test_the_summary_follows_the_layout_not_the_class():
    form = BirthForm({})
    form.helper = PortalFormHelper(form)
    form.helper.layout = Layout("sex", "born", "name")

    shown = [line.text.split(":")[0] for line in summary_lines(form)]

    assert shown[:3] == ["Giới tính", "Ngày sinh", "Họ và tên"]
