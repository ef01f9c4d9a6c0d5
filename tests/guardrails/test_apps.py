"""The apps stand on one another in the order that the architecture names."""

import tomllib

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from tests.guardrails import source

# Lowest first, as docs/architecture.md draws them.
STACK = [
    "portal.core",
    "portal.notices",
    "accounts",
    "procedures",
    "dossiers",
    "payments",
    "reports",
    "portal.operations",
]


def test_installed_apps_are_the_stack_and_nothing_else_of_ours():
    ours = [
        app
        for app in settings.INSTALLED_APPS
        if app.split(".")[0] in source.APPS and not app.startswith("portal.core.")
    ]

    assert ours == STACK


def test_the_import_contract_has_the_same_order():
    config = tomllib.loads((source.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [layers] = [
        contract["layers"]
        for contract in config["tool"]["importlinter"]["contracts"]
        if contract["name"] == "Apps depend downwards only"
    ]

    assert [layer for layer in layers if layer != "portal.urls"] == STACK[::-1]


def test_no_migration_has_the_name_of_one_that_the_first_release_replaced():
    # Every database counts those as applied (`replaces`): Django would never run such a migration.
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    replaced = {name for found in loader.disk_migrations.values() for name in found.replaces}

    assert replaced
    assert not replaced & loader.disk_migrations.keys()
