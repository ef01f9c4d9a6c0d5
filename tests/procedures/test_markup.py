"""The small markup: what each mark becomes, and that hostile text stays text, in little time."""

import time

import pytest
from django.template.loader import render_to_string

from procedures import markup
from procedures.markup import Piece
from procedures.selectors.articles import ShownBlock


def kinds(body):
    return [block.kind for block in markup.parse(body)]


def rendered(body):
    blocks = [ShownBlock(block) for block in markup.parse(body)]
    context = {"blocks": blocks, "level": 2}
    return render_to_string("procedures/articles/blocks.html", context)


def test_each_mark_becomes_its_block():
    body = (
        "Mở đầu,\nnối tiếp.\n\n## Chuẩn bị\n### Giấy tờ\n- một\n- hai\n\n1. trước\n2) sau\n"
        "![Nút nộp](nut-nop)\nHết."
    )

    blocks = markup.parse(body)

    assert [block.kind for block in blocks] == [
        "paragraph", "heading", "subheading", "list", "steps", "media", "paragraph",
    ]  # fmt: skip
    assert blocks[0].line == (Piece("Mở đầu, nối tiếp."),)
    assert [line[0].text for line in blocks[3].lines] == ["một", "hai"]
    assert [line[0].text for line in blocks[4].lines] == ["trước", "sau"]
    assert (blocks[5].key, blocks[5].caption) == ("nut-nop", "Nút nộp")


def test_bold_and_links_stand_inside_a_line():
    line = markup.parse_line("Xem **kỹ** [trang tra cứu](/tra-cuu/) trước.")

    assert line == (
        Piece("Xem "),
        Piece("kỹ", bold=True),
        Piece(" "),
        Piece("trang tra cứu", address="/tra-cuu/"),
        Piece(" trước."),
    )


@pytest.mark.parametrize(
    "address",
    ["/thu-tuc/?q=khai+sinh", "#chuan-bi", "https://example.vn/a", "tel:02993800199",
     "mailto:hoi@example.vn"],
)  # fmt: skip
def test_links_lead_to_pages_numbers_and_letter_boxes(address):
    assert markup.parse_line(f"[đây]({address})") == (Piece("đây", address=address),)
    assert markup.bad_links(f"[đây]({address})") == []


@pytest.mark.parametrize(
    "address",
    ["javascript:alert`1`", "JaVaScRiPt:alert`1`", "//evil.example", "/\\evil.example",
     "http://plain.example", "data:text/html,x", "https://user@evil.example", "ftp://x",
     "\u0001javascript:x", "mailto:a@b?bcc=c@d", '/"onclick=x', "vbscript:x"],
)  # fmt: skip
def test_no_link_leads_where_something_could_run(address):
    """Attack: an address that runs, leaves in the dark, or breaks out of its attribute."""
    body = f"[đây]({address})"

    assert all(not piece.address for piece in markup.parse_line(body))
    assert markup.bad_links(body) == [address]
    assert "<a" not in rendered(body)


@pytest.mark.parametrize(
    "body",
    ["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "## <b>x</b>",
     "- <style>p{}</style>", "1. {{ settings.SECRET_KEY }}", "**<i>x</i>**", "![<b>](x)",
     "[<b>](/a)"],
)  # fmt: skip
def test_markup_of_pages_is_only_text(body):
    """Attack: HTML and template code typed into every kind of block."""
    html = rendered(body)

    for sign in ("<script", "<img", "<b>", "<style", "<i>"):
        assert sign not in html
    assert "SECRET" not in html or "{{ settings.SECRET_KEY }}" in html


def test_a_captioned_picture_is_no_bad_link():
    assert markup.bad_links("![Nút nộp](nut-nop)\n\n[x](y)") == ["y"]


def test_headings_of_the_same_words_have_names_of_their_own():
    names = [block.key for block in markup.parse("## Nộp\n## Nộp\n## Nộp 2\n## !!!\n## Nộp")]

    assert len(set(names)) == 5
    assert names[0] == "nop"


@pytest.mark.parametrize(
    "body",
    ["[" * 20_000, "**" * 10_000, "[a](" * 5_000, "## a\n" * 4_000, "![" * 10_000,
     "- \n" * 6_000, "[" + "a" * 19_000 + "](b)", "\u0300" * 20_000, "1. " * 6_000],
)  # fmt: skip
def test_hostile_text_is_read_in_little_time(body):
    """Attack: marks opened a thousand times and never closed."""
    started = time.process_time()

    markup.parse(body)
    markup.bad_links(body)
    markup.plain(body)

    assert time.process_time() - started < 2


def test_words_without_marks_serve_search_and_descriptions():
    assert markup.plain("## Một\n- **hai** [ba](/x/)\n![bốn](nam)") == "Một hai ba bốn"


def test_keys_of_media_are_told_once_each():
    assert markup.media_keys("![](a)\n![x](b)\n![](a)\nchữ ![](c)") == ["a", "b"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Đăng ký tài khoản", "dang-ky-tai-khoan"), ("???", ""), ("x" * 90, "x" * 60)],
)
def test_titles_become_parts_of_addresses(title, slug):
    assert markup.slug_of(title) == slug
