"""Templates and browser modules keep the house rules: nothing inline, parts with a contract."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
# Slips are printed by a renderer that is no browser; e-mails have no script and no policy.
PAGES = sorted(
    path
    for path in TEMPLATES.rglob("*.html")
    if not {"pdf", "email"} & set(path.relative_to(TEMPLATES).parts)
)
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
MODULES = sorted((ROOT / "static" / "js").glob("*.js"))

INLINE = {
    "a script in the page": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "a <style> element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an on… attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a javascript: address": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
    "something of another host": re.compile(
        r"<(?:script|link|img|iframe)[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE
    ),
}


STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_page_carries_nothing_that_the_policy_forbids(path):
    text = path.read_text()

    assert [name for name, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=name_of)
def test_template_escapes_whatever_it_is_given(path):
    """What is markup says so where it is made; a template cannot know who wrote a text."""
    assert not re.search(r"\|\s*safe(?:seq)?\b|autoescape\s+off", path.read_text())


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<style>p{}</style>",
        '<p style="color:red">',
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<script src="https://cdn.example/x.js"></script>',
    ],
)
def test_forbidden_markup_is_recognised(markup):
    assert [name for name, pattern in INLINE.items() if pattern.search(markup)]


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_component_opens_with_its_contract(path):
    opening = re.match(
        r"(?:\{% load [^%]+%\}\n)?\{% comment %\}(.+?)\{% endcomment %\}",
        path.read_text(),
        re.DOTALL,
    )

    assert opening, "a component starts with a comment that names its arguments"
    assert "Takes" in opening.group(1)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_components_are_included_with_only_what_they_take(path):
    includes = re.findall(r"\{% include \"components/[^%]*%\}", path.read_text())

    assert [text for text in includes if not text.endswith(" only %}")] == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_icons_named_in_a_page_are_in_the_sprite(path):
    sprite = (ROOT / "static/img/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = set(re.findall(r'components/icon\.html" with name="([^"]+)"', path.read_text()))
    named |= set(re.findall(r'\sicon="([^"]+)"', path.read_text()))

    assert drawn
    assert named - drawn == set()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_modules_named_in_a_page_exist(path):
    known = set(
        re.findall(r'import\("\./([a-z-]+)\.js"\)', (ROOT / "static/js/main.js").read_text())
    )
    values = re.findall(r'data-module="([^"{]*)', path.read_text())
    named = {name for value in values for name in value.split()}

    assert named - known == set()
    assert known <= {module.stem for module in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_browser_module_stays_small(path):
    assert len(path.read_text().splitlines()) < 150


@pytest.mark.parametrize("path", STYLES, ids=name_of)
def test_every_rule_of_a_stylesheet_is_closed(path):
    """One brace too few, and a browser passes over all the rules that follow."""
    depth, nested = 0, []
    for number, line in enumerate(path.read_text().split("\n"), start=1):
        depth += line.count("{") - line.count("}")
        if line.startswith((".", "/*", "@media")) and depth > line.count("{"):
            nested.append(number)

    assert (depth, nested) == (0, [])
