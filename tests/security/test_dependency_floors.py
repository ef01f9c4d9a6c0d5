"""What is locked is not older than security/floors.toml allows."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = tomllib.loads((ROOT / "security" / "floors.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements.production.lock")
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", re.MULTILINE)


def locked(name: str) -> dict[str, Version]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return {package.lower(): Version(version) for package, version in PIN.findall(text)}


def below(pins: dict[str, Version]) -> dict[str, Version | None]:
    """Return what is older than its floor, or not locked at all."""
    floors = {name: Version(floor["version"]) for name, floor in FLOORS["floors"].items()}
    return {
        name: pins.get(name)
        for name, floor in floors.items()
        if name not in pins or pins[name] < floor
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_locked_is_older_than_its_floor(lock):
    assert below(locked(lock)) == {}


def test_an_older_release_is_noticed():
    pins = locked(LOCKS[0]) | {"django": Version("5.2.16"), "pillow": Version("12.2.9")}

    assert set(below(pins)) == {"django", "pillow"}


def test_every_floor_says_why_and_the_day_of_the_review():
    assert FLOORS["reviewed"].year >= 2026
    assert {"django", "weasyprint", "pillow", "kombu"} <= set(FLOORS["floors"])
    assert all(floor["why"] for floor in FLOORS["floors"].values())
