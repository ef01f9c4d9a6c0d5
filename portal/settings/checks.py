"""Settings of the checks: those of the tests, and the linter of migrations."""

from portal.settings.test import *

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
MIGRATION_LINTER_OPTIONS = {
    "exclude_apps": ["auth", "contenttypes", "sessions", "pgtrigger", "account", "socialaccount"],
    "no_cache": True,
}
