"""Production settings, loaded in a process of their own under one environment after another."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.launch.checking import production

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = production()
LOADER = """
import importlib, json, os, sys
answers = {}
for name, env in json.load(sys.stdin).items():
    os.environ.clear(); os.environ.update(env)
    for module in [m for m in sys.modules if m.startswith("portal.settings")]:
        del sys.modules[module]
    try:
        settings = importlib.import_module("portal.settings." + env["WANTED"])
    except BaseException as error:
        answers[name] = [type(error).__name__, str(error)]
    else:
        keys = "DEMO DEBUG SESSION_COOKIE_NAME CSRF_COOKIE_NAME SECURE_SSL_REDIRECT".split()
        answers[name] = {key: getattr(settings, key) for key in keys}
print(json.dumps(answers))
"""
VNPAY = {
    "VNPAY_PAY_URL": "https://pay.example.vn/vpcpay.html",
    "VNPAY_QUERY_URL": "https://merchant.example.vn/merchant_webapi/api/transaction",
    "VNPAY_TMN_CODE": "DVCH9901",
    "VNPAY_HASH_SECRET": "Q7KMX2WJ9ZP4TBNV8RYC3GDL6FHS5A0E",
}
REFUSED = {
    "demo switched on": ({"DEMO": "1"}, "trình diễn"),
    "no secret": ({"SECRET_KEY": None}, "SECRET_KEY"),
    "blank secret": ({"SECRET_KEY": ""}, "SECRET_KEY"),
    "short secret": ({"SECRET_KEY": "x7Kq" * 7}, "32 byte"),
    "known secret": (
        {"SECRET_KEY": "test-only-secret-key-that-opens-nothing-at-all"},
        "giá trị mẫu",
    ),
    "no identity key": ({"IDENTITY_KEYS": ""}, "IDENTITY_KEYS"),
    "short identity key": ({"IDENTITY_KEYS": "k1:c2hvcnQ="}, "đúng 32 byte"),
    "identity key of zeros": ({"IDENTITY_KEYS": "k1:" + "A" * 43 + "="}, "giá trị mẫu"),
    "hash key not base64": ({"IDENTITY_HASH_KEY": "đây không phải"}, "base64"),
    "no scanner": ({"SCANNER_URL": ""}, "SCANNER_URL"),
    "no proxy counted": ({"TRUSTED_PROXY_COUNT": None}, "TRUSTED_PROXY_COUNT"),
    "plain http": ({"BASE_URL": "http://dichvucong.example.vn"}, "https://"),
    "one database role": ({"DATABASE_OWNER_URL": GOOD["DATABASE_URL"]}, "hai vai trò"),
    "payment without a secret": (VNPAY | {"VNPAY_HASH_SECRET": ""}, "VNPAY_HASH_SECRET"),
    "payment without a terminal": (VNPAY | {"VNPAY_TMN_CODE": " "}, "VNPAY_TMN_CODE"),
    "payment with a sample secret": (
        VNPAY | {"VNPAY_HASH_SECRET": "VDXTESTSECRET0123456789ABCDEFGHJ"},
        "giá trị mẫu",
    ),
    "payment with a short secret": (VNPAY | {"VNPAY_HASH_SECRET": "K7Q2M9XW"}, "32 byte"),
    "payment with a short former secret": (
        VNPAY | {"VNPAY_HASH_SECRET_FORMER": "K7Q2M9XW"},
        "VNPAY_HASH_SECRET_FORMER",
    ),
    "payment with a sample as second former secret": (
        VNPAY
        | {
            "VNPAY_HASH_SECRET_FORMER": "A1S9D8F7G6H5J4K3L2Q0W9E8R7T6Y5U4,"
            "VDXTESTSECRET0123456789ABCDEFGHJ"
        },
        "VNPAY_HASH_SECRET_FORMER",
    ),
    "payment over plain http": (VNPAY | {"VNPAY_PAY_URL": "http://127.0.0.1/pay"}, "https://"),
    "secret only": ({"VNPAY_HASH_SECRET": VNPAY["VNPAY_HASH_SECRET"]}, "VNPAY_TMN_CODE"),
    "simulated providers": ({"OUTBOX_DIR": "/srv/outbox"}, "OUTBOX_DIR"),
    "security contact without a scheme": ({"SECURITY_CONTACT": "a@b.vn"}, "SECURITY_CONTACT"),
    "security file until no day": ({"SECURITY_EXPIRES": "2027-13-01"}, "SECURITY_EXPIRES"),
    "unknown process": ({"PORTAL_PROCESS": "webb"}, "PORTAL_PROCESS"),
}


@pytest.fixture(scope="module")
def answers() -> dict[str, object]:
    cases = {"good": {**GOOD, "WANTED": "prod"}, "payment": {**GOOD, **VNPAY, "WANTED": "prod"}}
    for name, (changes, _) in REFUSED.items():
        merged = {**GOOD, "WANTED": "prod", **changes}
        cases[name] = {key: value for key, value in merged.items() if value is not None}
    cases["demo without its file"] = {"WANTED": "demo"}
    result = subprocess.run(
        [sys.executable, "-c", LOADER],
        cwd=ROOT,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


def test_production_starts_with_good_settings(answers):
    assert answers["good"] == {
        "DEMO": False,
        "DEBUG": False,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SECURE_SSL_REDIRECT": True,
    }


def test_production_starts_with_a_whole_gateway(answers):
    assert answers["payment"] == answers["good"]


@pytest.mark.parametrize("name", REFUSED)
def test_production_refuses(answers, name):
    kind, sentence = answers[name]

    assert kind == "ImproperlyConfigured"
    assert REFUSED[name][1] in sentence


def test_demo_says_where_its_environment_is(answers):
    kind, sentence = answers["demo without its file"]

    assert kind == "SystemExit"
    assert "var/env" in sentence
