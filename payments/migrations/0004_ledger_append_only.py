"""
The application's role adds ledger entries and reads them, nothing else.

Of a message that came in it may write only what became of it, never what it said.
"""

from django.conf import settings
from django.db import migrations


def revoke(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON payments_ledgerentry FROM {role}")
    schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON payments_inboundmessage FROM {role}")
    schema_editor.execute(
        f"GRANT UPDATE (verdict, payment_id) ON payments_inboundmessage TO {role}"
    )


def grant(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"GRANT UPDATE, DELETE ON payments_ledgerentry TO {role}")
    schema_editor.execute(f"GRANT UPDATE, DELETE ON payments_inboundmessage TO {role}")


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_ledger")]

    operations = [migrations.RunPython(revoke, grant, elidable=False)]
