"""Templates and browser modules keep the house rules: nothing inline, parts with a contract."""

import re
from collections.abc import Callable, Iterable
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
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))

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


def found_in(paths: Iterable[Path], look: Callable[[str], object]) -> dict[str, object]:
    """Return what `look` finds wrong in the text of each file, by the name of the file."""
    found = {path.relative_to(ROOT).as_posix(): look(path.read_text()) for path in paths}
    assert found, "no file was looked at"
    return {name: wrong for name, wrong in found.items() if wrong}


def inline(text: str) -> list[str]:
    return [name for name, pattern in INLINE.items() if pattern.search(text)]


def test_pages_carry_nothing_that_the_policy_forbids():
    assert found_in(PAGES, inline) == {}


def test_templates_escape_whatever_they_are_given():
    """What is markup says so where it is made; a template cannot know who wrote a text."""
    unescaped = re.compile(r"\|\s*safe(?:seq)?\b|autoescape\s+off")

    assert found_in(TEMPLATES.rglob("*.html"), unescaped.findall) == {}


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
    assert inline(markup)


def test_components_open_with_their_contract():
    """A component starts with a comment that names its arguments."""
    contract = re.compile(
        r"(?:\{% load [^%]+%\}\n)?\{% comment %\}(.+?)\{% endcomment %\}", re.DOTALL
    )

    def lacks_one(text: str) -> bool:
        opening = contract.match(text)
        return not opening or "Takes" not in opening[1]

    assert found_in(COMPONENTS, lacks_one) == {}


def test_components_are_included_with_only_what_they_take():
    def greedy(text: str) -> list[str]:
        includes = re.findall(r"\{% include \"components/[^%]*%\}", text)
        return [one for one in includes if not one.endswith(" only %}")]

    assert found_in(PAGES, greedy) == {}


def test_icons_named_in_pages_are_in_the_sprite():
    sprite = (ROOT / "static/img/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = re.compile(r'(?:components/icon\.html" with name=|\sicon=)"([^"]+)"')

    assert drawn
    assert found_in(PAGES, lambda text: set(named.findall(text)) - drawn) == {}


def test_modules_named_in_pages_exist():
    main = (ROOT / "static/js/main.js").read_text()
    known = set(re.findall(r'import\("\./([a-z-]+)\.js"\)', main))

    def unknown(text: str) -> set[str]:
        values = re.findall(r'data-module="([^"{]*)', text)
        return {name for value in values for name in value.split()} - known

    assert found_in(PAGES, unknown) == {}
    assert known <= {module.stem for module in MODULES}


def test_browser_modules_stay_small():
    assert found_in(MODULES, lambda text: len(text.splitlines()) >= 150) == {}


def test_every_rule_of_a_stylesheet_is_closed():
    """One brace too few, and a browser passes over all the rules that follow."""

    def unclosed(text: str) -> list[int]:
        depth, nested = 0, []
        for number, line in enumerate(text.split("\n"), start=1):
            depth += line.count("{") - line.count("}")
            if line.startswith((".", "/*", "@media")) and depth > line.count("{"):
                nested.append(number)
        return [*nested, *([number] if depth else [])]

    assert found_in(STYLES, unclosed) == {}
