"""What every answer keeps to, whoever asked: private ones in no cache, no way in for scripts."""

import re

from django.http import HttpResponse

from accounts.models import User
from tests.guardrails.matrix import MATRIX

INLINE = re.compile(
    rb"""<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=["']|javascript:""", re.IGNORECASE
)
CLOSED = re.compile(r"default-src '(?:self|none)'")


def slips(name: str, user: User | None, response: HttpResponse) -> list[str]:
    """
    Return what is careless in the answer of an address.

    Attacks: web cache deception, refusals, redirects and absent objects included; somebody else's
    page from a shared cache; script injection. No page may need an exception from the policy.
    """
    kept = response.headers.get("Cache-Control", "")
    policy = response.headers.get("Content-Security-Policy", "")
    content = b"" if response.streaming else response.content
    is_page = "html" in response.headers.get("Content-Type", "")
    is_shared = "public" in kept
    found = {
        "a cache may keep it": not is_public(name) and "no-store" not in kept,
        "shared, and sets a cookie": is_shared and bool(response.cookies),
        "shared, and differs by cookie": is_shared and "Cookie" in response.headers.get("Vary", ""),
        "shared, and names who asks": is_shared and user and user.full_name.encode() in content,
        "its policy is open": "unsafe" in policy or not CLOSED.search(policy),
        "its type may be guessed": response.headers.get("X-Content-Type-Options") != "nosniff",
        "something inline": is_page and bool(INLINE.search(content)),
    }
    return [what for what, is_so in found.items() if is_so]


def is_public(name: str) -> bool:
    return MATRIX["urls"][name] in {"public", "demo_only"}
