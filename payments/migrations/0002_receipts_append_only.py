"""The application's role may add cash receipts and read them, nothing else."""

from django.conf import settings
from django.db import migrations


def revoke(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON payments_cashreceipt FROM {role}")


def grant(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"GRANT UPDATE, DELETE ON payments_cashreceipt TO {role}")


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [migrations.RunPython(revoke, grant, elidable=False)]
