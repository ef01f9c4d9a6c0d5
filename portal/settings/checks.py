"""Settings of the checks: those of the tests, and the linter of migrations."""

from portal.settings.test import *

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
MIGRATION_LINTER_OPTIONS = {
    "exclude_apps": ["auth", "contenttypes", "sessions", "pgtrigger", "account", "socialaccount"],
    "no_cache": True,
    # Unique indexes on the roles of staff: some hundreds of rows, read before they are written.
    # Columns of the catalogue made wider: the former release goes on reading and writing them.
    # Unique drafts of revisions and workflows: until then nobody could have begun two.
    "ignore_name": [
        "0004_roles_and_delegation",
        "0005_national_record",
        "0007_revision_review",
        "0013_workflow_drafts",
    ],
}
