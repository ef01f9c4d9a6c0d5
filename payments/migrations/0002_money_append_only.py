"""
The application's role adds receipts and ledger entries and reads them, nothing else.

Of a message that came in it may write only what became of it, never what it said.
"""

from django.conf import settings
from django.db import migrations

TABLES = ("payments_cashreceipt", "payments_ledgerentry", "payments_inboundmessage")


def revoke(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    for table in TABLES:
        schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
    schema_editor.execute(
        f"GRANT UPDATE (verdict, payment_id) ON payments_inboundmessage TO {role}"
    )


def grant(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    for table in TABLES:
        schema_editor.execute(f"GRANT UPDATE, DELETE ON {table} TO {role}")


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [migrations.RunPython(revoke, grant, elidable=False)]
