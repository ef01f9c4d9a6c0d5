"""Looking at a page as an auditor does: axe-core, the width of a phone, targets for a thumb."""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, DESK = 360, 1280
THUMB = 44
# What is pressed to get on: buttons, choices, folds, navigation. Links inside text are no targets.
TARGETS = ".btn, .form-check, main summary, .site-nav a, .chip, .tile"
TOO_SMALL = """([selector, least]) => [...document.querySelectorAll(selector)]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height > 0)
    .filter((one) => !one.closest(".visually-hidden"))
    .filter((one) => one.getBoundingClientRect().height < least - 0.5)
    .map((one) => one.innerText.trim().slice(0, 40) || one.className)"""


class Looker:
    """Look at one page after the other; `problems` says at the end what was wrong where."""

    def __init__(self) -> None:
        self.problems: list[tuple[Any, ...]] = []
        self.seen: list[str] = []

    def look(self, page: Page, name: str, *, is_office: bool = False) -> None:
        self.seen.append(name)
        # A click does not wait for what it opens: whoever clicked says first what stands there.
        page.wait_for_load_state()
        # What is folded is read as well.
        page.eval_on_selector_all("details", "folds => folds.forEach(fold => fold.open = true)")
        for width in (DESK, PHONE):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                self.problems.append((name, f"wider than {width}"))
            self._keep(page, f"{name}-{width}")
        if is_office:
            page.set_viewport_size({"width": DESK, "height": 800})
        else:
            small = page.evaluate(TOO_SMALL, [TARGETS, THUMB])
            self.problems += [(name, "too small for a thumb", one) for one in small]
        if page.locator("h1").count() != 1:
            self.problems.append((name, "not one heading of the page"))
        self.problems += [(name, *one) for one in serious(page)]

    def _keep(self, page: Page, name: str) -> None:
        """Leave a picture for people to look at, where PORTAL_SCREENSHOTS names a folder."""
        if folder := os.environ.get("PORTAL_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def serious(page: Page) -> list[tuple[str, list[Any]]]:
    """Return what axe-core finds serious or critical: the rule, and where."""
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
