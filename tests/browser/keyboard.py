"""A person with a keyboard alone: every stop of the Tab key must be seen."""

from playwright.sync_api import Page

# What stands under the focus: its words, and whether one can see that it has it.
STOP = """() => {
    const at = document.activeElement;
    const style = getComputedStyle(at);
    const isButton = at.type === "submit" || at.type === "button";
    const own = isButton && at.value ? at.value : at.innerText || at.ariaLabel || "";
    const words = at.labels?.length ? at.labels[0].innerText : own;
    return {
        words: words.replace(/\\s+/g, " ").trim(),
        kind: isButton ? "button" : at.tagName.toLowerCase(),
        isRinged: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
}"""
# The browser scrolls there in its next frame.
IS_ON_SCREEN = """() => {
    const box = document.activeElement.getBoundingClientRect();
    return box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""
MOST_STOPS = 80


def tab_to(page: Page, words: str, *, kind: str = "", backwards: bool = False) -> None:
    """Press Tab until what is focused begins with `words`; each stop on the way is looked at."""
    passed = []
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        stop = page.evaluate(STOP)
        if stop["kind"] == "body":
            continue
        assert stop["isRinged"], f"no one sees the focus on {stop}"
        page.wait_for_function(IS_ON_SCREEN)
        passed.append(stop["words"])
        if stop["words"].startswith(words) and kind in {"", stop["kind"]}:
            return
    raise AssertionError(f"Tab never came to “{words}”: {passed}")


def type_into(page: Page, label: str, text: str) -> None:
    """Go to a field and type over what stands there."""
    tab_to(page, label)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def press(page: Page, words: str) -> None:
    """Go to a button and press it as a keyboard does."""
    tab_to(page, words, kind="button")
    page.keyboard.press("Enter")


def follow(page: Page, words: str) -> None:
    tab_to(page, words, kind="a")
    page.keyboard.press("Enter")
