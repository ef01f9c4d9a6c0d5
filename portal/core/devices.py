"""A browser in words that its owner knows again: "Chrome trên Android"."""

from typing import Final

from django.utils.translation import gettext as _

# In this order: nearly every browser also says that it is another one.
_BROWSERS: Final = (
    ("coc_coc", "Cốc Cốc"),
    ("zalo", "Zalo"),
    ("fbav", "Facebook"),
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("opera", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
)
_SYSTEMS: Final = (
    ("android", "Android"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("windows", "Windows"),
    ("mac os", "macOS"),
    ("cros", "ChromeOS"),
    ("linux", "Linux"),
)


def describe_browser(user_agent: str) -> str:
    """Return browser and system, without version, model or address: they would identify."""
    said = user_agent[:500].lower()
    browser = next((name for mark, name in _BROWSERS if mark in said), "")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    if browser and system:
        return _("%(browser)s trên %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Thiết bị không rõ")
