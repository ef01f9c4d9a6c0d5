#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys

from django.core.management import execute_from_command_line

# Commands that change the schema act as the owner of the tables. Everything else, the shell and
# the demo seed included, has no more rights than the web processes (see portal.settings.database).
OWNER_COMMANDS = frozenset({"migrate", "flush", "sqlflush", "test"})

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    if OWNER_COMMANDS.intersection(sys.argv[1:2]):
        os.environ.setdefault("PORTAL_DATABASE_ROLE", "owner")
    execute_from_command_line(sys.argv)
