"""The application's role may add security events and read them, nothing else."""

from django.conf import settings
from django.db import migrations


def revoke(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON accounts_securityevent FROM {role}")


def grant(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"GRANT UPDATE, DELETE ON accounts_securityevent TO {role}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles_codes_security_events")]

    operations = [migrations.RunPython(revoke, grant, elidable=False)]
