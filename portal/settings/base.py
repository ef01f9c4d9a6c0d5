"""
What all environments share, read from the environment.

Secrets have no default: a process without its secrets does not start. docs/operations.md and
.env.example name every variable; any of them may come from a file (portal.settings.environment).
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import pghistory
from bootstrap_wrapper import get_bootstrap_dir
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.settings.broker import broker_url, transport_options
from portal.settings.database import APP, STATEMENT_TIMEOUT, database
from portal.settings.eid import electronic_identity, page_origins
from portal.settings.environment import SecretFileEnv, origin_of
from portal.settings.storage import file_storage

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = SecretFileEnv()

# What kind of process this is: web | worker | beat | manage. It decides how long to wait for the
# database and for the broker.
PORTAL_PROCESS = env.str("PORTAL_PROCESS", default="manage")
if PORTAL_PROCESS not in STATEMENT_TIMEOUT:
    raise ImproperlyConfigured(f"PORTAL_PROCESS phải là một trong {', '.join(STATEMENT_TIMEOUT)}.")

DEBUG = False
# Only portal.settings.demo makes this true: the banner, the page of sent messages, no scanner.
DEMO = False

SECRET_KEY = env.str("SECRET_KEY")
# Former ones, while what they signed is still about: a rotation signs nobody out.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
BASE_URL = env.str("BASE_URL").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(BASE_URL).hostname or ""])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # Its tables and files for portal.operations.admin; nothing is discovered by itself.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "portal.core.staticfiles.CollectedFiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "pgtrigger",
    "portal.core.allauth.AllauthAccounts",
    "portal.core.allauth.AllauthSocialAccounts",
    "pghistory",
    "portal.core",
    "portal.notices",
    "accounts",
    "procedures",
    "dossiers",
    "payments",
    "reports",
    "portal.operations",
]

MIDDLEWARE = [
    "portal.core.middleware.RequestIdMiddleware",
    "portal.core.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.core.middleware.PlainTextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Sessions end when idle or old; staff carry their roles; one limit too many is answered 429.
    "accounts.middleware.PeopleMiddleware",
    # Private by default: a page that anyone may see says so with @login_not_required.
    "accounts.middleware.PrivateByDefaultMiddleware",
    # Who changes what is kept with every version of a tracked row (portal.core.history).
    "portal.core.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

# The frame of every page (portal.core.context.site).
SITE_NAME = env.str("SITE_NAME", default="Cổng Dịch vụ công tỉnh Đông Hải")
SITE_AGENCY = env.str("SITE_AGENCY", default="Ủy ban nhân dân tỉnh Đông Hải")
SITE_HOTLINE = env.str("SITE_HOTLINE", default="0299 3811 022")
SITE_EMAIL = env.str("SITE_EMAIL", default="")

# /.well-known/security.txt: whom to tell of a hole, as a URI (mailto:, https:, tel:); without one
# the mail address or the telephone above. Until which day it holds; by default half a year on.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
SECURITY_EXPIRES = env.str("SECURITY_EXPIRES", default="")

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.core.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# Database. The application's role by default; see portal.settings.database for the owner's.
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", default="portal_app")
DATABASES = {
    "default": database(
        env, role=env.str("PORTAL_DATABASE_ROLE", default=APP), process=PORTAL_PROCESS
    )
}
# Nothing that has to be right is kept in a cache: sessions, limits and locks are rows, so that
# losing Valkey delays messages and has public pages rendered more often (portal.core.edition).
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# The history of tracked rows: the context stands in each version, so that the row proves itself.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
# Versions are read by their row, seldom by what it pointed to: no index to write for that.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

# A folder outside the database (best: of another machine) for copies of the daily seals of the
# audit tables; without one there are none.
AUDIT_DIGEST_DIR = env.str("AUDIT_DIGEST_DIR", default="")
# A folder outside the database and its backups for the list of erased accounts: after a restore,
# `manage.py reapply_erasures` erases again what came back.
ERASURE_LIST_DIR = env.str("ERASURE_LIST_DIR", default="")
# The key of the agency whose calendar counts the days for requests about personal data; "" for
# Monday to Friday and the national holidays.
PRIVACY_UNIT = env.str("PRIVACY_UNIT", default="")

# Accounts and sign-in.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.UsableAccounts"]
LOGIN_URL = "/dang-nhap/"
STAFF_LOGIN_URL = "/can-bo/dang-nhap/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
# Letters, digits, a capital and a special character: what the circular on accounts asks for.
PASSWORD_CHARACTER_MIX = env.bool("PASSWORD_CHARACTER_MIX", default=True)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LongEnough", "OPTIONS": {"min_length": 9}},
    *([{"NAME": "accounts.passwords.MixedCharacters"}] if PASSWORD_CHARACTER_MIX else []),
    {"NAME": "accounts.passwords.NotCommon"},
    {"NAME": "accounts.passwords.NotPersonal"},
]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
# The cookie goes with the browser; how long a session lives is counted on the server, by kind of
# user: after so long without a request, and in any case after so long (accounts.middleware).
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE = {"CITIZEN": timedelta(minutes=30), "STAFF": timedelta(minutes=15)}
SESSION_ABSOLUTE = {"CITIZEN": timedelta(hours=12), "STAFF": timedelta(hours=10)}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.core.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# How many reverse proxies stand in front, each of which adds one entry to X-Forwarded-For. With 0
# the header is never read: anybody can send one.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
# Requests are counted by account and by address (accounts/pace.py); off for measuring only.
REQUEST_LIMITS = env.bool("REQUEST_LIMITS", default=True)
# Signs the challenges of the robot check.
ROBOT_CHECK_KEY = env.str("ROBOT_CHECK_KEY", default=SECRET_KEY)

# Identity numbers: base64 of 32 bytes each, as `id:key,id:key`; the first seals, all open.
IDENTITY_KEYS = dict(pair.split(":", 1) for pair in env.list("IDENTITY_KEYS") if ":" in pair)
IDENTITY_HASH_KEY = env.str("IDENTITY_HASH_KEY")

# Sign-in by electronic identity: {} without a provider, and then no button and no address for it.
EID = electronic_identity(env)
# allauth's adapter for that one provider; its forms, mails, limits and pages are not used.
SOCIALACCOUNT_ADAPTER = "accounts.eid.adapter.OneProvider"

# The payment gateway (VNPAY 2.1.0). Addresses come with the contract; a blank secret signs and
# verifies nothing, so that without one nobody is sent to pay online.
VNPAY_PAY_URL = env.str("VNPAY_PAY_URL", default="")
VNPAY_QUERY_URL = env.str("VNPAY_QUERY_URL", default="")
VNPAY_TMN_CODE = env.str("VNPAY_TMN_CODE", default="")
VNPAY_HASH_SECRET = env.str("VNPAY_HASH_SECRET", default="")
# Former secrets during a rotation: what they signed is still believed, nothing is signed with them.
VNPAY_HASH_SECRET_FORMER = env.list("VNPAY_HASH_SECRET_FORMER", default=[])
# Our address as the gateway is told it in queries.
VNPAY_SERVER_ADDRESS = env.str("VNPAY_SERVER_ADDRESS", default="127.0.0.1")

# Headers. No inline script or style and no nonce, so that pages are the same bytes for everybody.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # The pages of payment gateways and of sign-on providers, to which a form redirects.
        "form-action": [
            SELF,
            *([origin_of(VNPAY_PAY_URL)] if VNPAY_PAY_URL else []),
            *page_origins(EID),
            *env.list("CSP_FORM_ACTION", default=[]),
        ],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Language and time.
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True

# Static files come from our own folder and from Python packages; nothing is copied in. Bootstrap
# stands under "bootstrap/", htmx (through its app) under "django_htmx/".
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))()
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap/css", get_bootstrap_dir() / "css"),
    ("bootstrap/js", get_bootstrap_dir() / "js"),
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# What citizens upload and what we issue. There is no MEDIA_URL: a file leaves only through a view
# that has asked who may see it.
STORAGES = {
    "default": file_storage(env),
    "staticfiles": {"BACKEND": "portal.core.staticfiles.HashedModules"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
# A page of the catalogue with a hundred papers sends a dozen fields for each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000
# The scanner of stored files (clamd): without one, files stay "chưa quét"; prod insists on one.
SCANNER_URL = env.str("SCANNER_URL", default="")

# Who sends it as X-Health-Token is shown by /readyz what is wrong; without one only loopback is.
HEALTH_TOKEN = env.str("HEALTH_TOKEN", default="")

# What people are told.
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.str("EMAIL_HOST", default="127.0.0.1")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Cổng Dịch vụ công <khong-tra-loi@localhost>"
)
# The whole address that messages are posted to; portal.notices.sms speaks the protocol of eSMS.
SMS_API_URL = env.str("SMS_API_URL", default="")
SMS_API_KEY = env.str("SMS_API_KEY", default="")
SMS_API_SECRET = env.str("SMS_API_SECRET", default="")
SMS_BRANDNAME = env.str("SMS_BRANDNAME", default="DICHVUCONG")
# Only the demo sets it: the folder in which the simulated providers leave what they were sent.
OUTBOX_DIR = env.str("OUTBOX_DIR", default="")

# Celery.
REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(PORTAL_PROCESS)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5 if PORTAL_PROCESS not in {"worker", "beat"} else 4
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
# Printing, scanning and joining papers takes seconds a piece: a queue and a worker of their own, so
# that a one-time code never waits behind them.
CELERY_TASK_ROUTES = {
    "dossiers.tasks.*": {"queue": "papers"},
    "portal.operations.tasks.make_data_copies": {"queue": "papers"},
    "procedures.tasks.work_on_files": {"queue": "papers"},
    "procedures.tasks.print_sheets": {"queue": "papers"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
# Each entry sweeps rows whose wake-up was lost: every task named here may run twice.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "purge-expired": {
        "task": "accounts.tasks.purge_expired",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "watch-codes": {
        "task": "accounts.tasks.watch_codes",
        "schedule": 300.0,
        "options": {"expires": 280},
    },
    "sweep-notices": {
        "task": "portal.notices.tasks.sweep_notices",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "render-slips": {
        "task": "dossiers.tasks.render_slips",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "ask-gateway": {
        "task": "payments.tasks.ask_gateway",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "suggest-refunds": {
        "task": "payments.tasks.suggest_refunds",
        "schedule": 600.0,
        "options": {"expires": 550},
    },
    "combine-photos": {
        "task": "dossiers.tasks.combine_photos",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # Hourly, for a day that is sealed once: a night without a worker is made up for.
    "seal-audit": {
        "task": "portal.operations.tasks.seal_audit",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "make-data-copies": {
        "task": "portal.operations.tasks.make_data_copies",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "report-late-requests": {
        "task": "portal.operations.tasks.report_late_requests",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    # Daily by what it finds: hourly, so that a night without a worker is made up for.
    "apply-retention": {
        "task": "portal.operations.tasks.apply_retention",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    # What the public pages show, changed by whatever hand.
    "compare-edition": {
        "task": "portal.operations.tasks.compare_edition",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "print-sheets": {
        "task": "procedures.tasks.print_sheets",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "publish-due": {
        "task": "procedures.tasks.publish_due",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget-missed-searches": {
        "task": "procedures.tasks.forget_missed",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "work-on-catalogue-files": {
        "task": "procedures.tasks.work_on_files",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "report-late": {
        "task": "dossiers.tasks.report_late",
        "schedule": 900.0,
        "options": {"expires": 800},
    },
}
if SCANNER_URL:
    CELERY_BEAT_SCHEDULE["scan-files"] = {
        "task": "dossiers.tasks.scan_files",
        "schedule": 30.0,
        "options": {"expires": 25},
    }

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "portal.core.logging.RequestIdFilter"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {request_id} {name} {message}", "style": "{"}
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        # A line for each stage of each page of each slip.
        "weasyprint.progress": {"level": "WARNING"},
    },
}
