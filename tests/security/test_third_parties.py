"""No page makes a browser ask anybody but us: no foreign address in what a browser loads."""

import re

import pytest

from tests.guardrails import source

# What a browser fetches by itself; links that people follow are not meant.
LOADED = re.compile(
    r"""(?:\bsrc|\bsrcset|\bposter|<link\b[^>]*\bhref|\baction|@import|url\(|\bfetch\(|\bimport)"""
    r"""\s*[=(]?\s*["']?\s*(?:https?:)?//(?!www\.w3\.org)""",
    re.IGNORECASE,
)


def foreign(text: str) -> bool:
    return bool(LOADED.search(text))


def test_templates_and_our_own_static_files_load_nothing_from_elsewhere():
    files = [
        path
        for folder in ("templates", "static")
        for path in (source.ROOT / folder).rglob("*")
        if path.suffix in {".html", ".css", ".js", ".svg"}
    ]
    offenders = [str(path) for path in files if foreign(path.read_text(encoding="utf-8"))]

    assert len(files) > 100
    assert offenders == []


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js">',
        '<link rel="stylesheet" href="//fonts.example/a.css">',
        "@import url(https://fonts.example/a.css)",
        "background: url('http://pics.example/a.png')",
        'fetch("https://count.example/hit")',
    ],
)
def test_the_rule_bites(text):
    assert foreign(text)
