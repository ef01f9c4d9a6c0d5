"""
Production: `base` with hardening only. It refuses to start on anything that the demo would allow.
"""

from base64 import b64decode
from datetime import date

from django.core.exceptions import ImproperlyConfigured

from portal.core.logging import json_logging
from portal.settings.base import *

_SHORTEST_SECRET = 32
_KNOWN_WORDS = ("test-only", "testsecret", "demo", "change-me", "changeme", "django-insecure")


def _refuse_weak(name: str, value: str) -> None:
    if len(value.encode()) < _SHORTEST_SECRET:
        raise ImproperlyConfigured(f"{name} phải có ít nhất {_SHORTEST_SECRET} byte.")
    if len(set(value)) < 8 or any(word in value.lower() for word in _KNOWN_WORDS):
        raise ImproperlyConfigured(f"{name} là giá trị mẫu; hãy sinh một giá trị ngẫu nhiên.")


def _refuse_weak_key(name: str, value: str) -> None:
    try:
        raw = b64decode(value, validate=True)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} phải là base64 của 32 byte.") from error
    if len(raw) != _SHORTEST_SECRET:
        raise ImproperlyConfigured(f"{name} phải là base64 của đúng 32 byte.")
    _refuse_weak(name, raw.decode("latin-1"))


if env.bool("DEMO", default=False):
    raise ImproperlyConfigured("Không bật được bản trình diễn bằng cấu hình vận hành thật.")
_refuse_weak("SECRET_KEY", SECRET_KEY)
_refuse_weak_key("IDENTITY_HASH_KEY", IDENTITY_HASH_KEY)
if not IDENTITY_KEYS:
    raise ImproperlyConfigured("IDENTITY_KEYS phải có ít nhất một khóa dạng id:base64.")
for _id, _key in IDENTITY_KEYS.items():
    _refuse_weak_key(f"IDENTITY_KEYS[{_id}]", _key)
if HEALTH_TOKEN:
    _refuse_weak("HEALTH_TOKEN", HEALTH_TOKEN)
if not BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("BASE_URL phải bắt đầu bằng https://.")
if not SCANNER_URL:
    raise ImproperlyConfigured(
        "SCANNER_URL chưa có: tệp của công dân phải được quét trước khi mở (ví dụ tcp://clamd:3310)."
    )
if env.str("DATABASE_URL") == env.str("DATABASE_OWNER_URL", default=""):
    raise ImproperlyConfigured(
        "DATABASE_URL và DATABASE_OWNER_URL phải là hai vai trò khác nhau của cơ sở dữ liệu."
    )
if TRUSTED_PROXY_COUNT < 1:
    raise ImproperlyConfigured(
        "TRUSTED_PROXY_COUNT chưa có: không biết địa chỉ thật sau máy chủ chuyển tiếp, mọi người "
        "sẽ dùng chung một giới hạn (ví dụ 1)."
    )
if VNPAY_TMN_CODE or VNPAY_PAY_URL or VNPAY_HASH_SECRET:
    # All of it or nothing: half a gateway takes money that nobody can verify.
    for _name in ("VNPAY_TMN_CODE", "VNPAY_PAY_URL", "VNPAY_QUERY_URL", "VNPAY_HASH_SECRET"):
        if not globals()[_name].strip():
            raise ImproperlyConfigured(
                f"{_name} chưa có: khai đủ cả bốn giá trị VNPAY_TMN_CODE, VNPAY_PAY_URL, "
                "VNPAY_QUERY_URL, VNPAY_HASH_SECRET, hoặc bỏ trống tất cả để không thu trực tuyến."
            )
    _refuse_weak("VNPAY_HASH_SECRET", VNPAY_HASH_SECRET)
    for _former in VNPAY_HASH_SECRET_FORMER:
        _refuse_weak("VNPAY_HASH_SECRET_FORMER", _former)
    for _name in ("VNPAY_PAY_URL", "VNPAY_QUERY_URL"):
        if not globals()[_name].startswith("https://"):
            raise ImproperlyConfigured(f"{_name} phải bắt đầu bằng https://.")
if EID:
    for _name in ("ISSUER", "AUTHORIZE_URL", "TOKEN_URL", "USERINFO_URL", "JWKS_URL", "LOGOUT_URL"):
        if EID[_name] and not EID[_name].startswith("https://"):
            raise ImproperlyConfigured(f"EID_{_name} phải bắt đầu bằng https://.")
if SECURITY_CONTACT and not SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")):
    raise ImproperlyConfigured("SECURITY_CONTACT phải bắt đầu bằng mailto:, https:// hoặc tel:.")
if SECURITY_EXPIRES:
    try:
        date.fromisoformat(SECURITY_EXPIRES)
    except ValueError as error:
        raise ImproperlyConfigured("SECURITY_EXPIRES phải là một ngày, như 2027-06-30.") from error
if OUTBOX_DIR:
    raise ImproperlyConfigured("OUTBOX_DIR chỉ dành cho bản trình diễn.")

CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
SECURE_SSL_REDIRECT = True
# The reverse proxy sets this header and removes one that came from outside (docs/operations.md).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=True)

# One line of JSON each, to standard output, without personal data.
LOGGING = json_logging(env.str("LOG_LEVEL", default="INFO"))
