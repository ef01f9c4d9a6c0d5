"""
The tables of operations.

Seals of the audit and records of erasures: the application's role adds them and reads them, nothing
else (ADR 3).
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models

from portal.core.schema import CreateModels


TABLES = (
    "operations_auditdigest",
    "operations_erasure",
)


def revoke(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    for table in TABLES:
        schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")


class Migration(migrations.Migration):

    # A database from before the first release (a kept demo) goes on: it has all of these.
    replaces = [
        ('operations', '0001_audit_digest'),
        ('operations', '0002_personal_data'),
        ('operations', '0003_doomed_objects'),
        ('operations', '0004_disposal'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='AuditDigest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('sequence', models.PositiveIntegerField(unique=True)),
                        ('day', models.DateField()),
                        ('table', models.CharField(max_length=64)),
                        ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)),
                        ('after', models.BigIntegerField()),
                        ('upto', models.BigIntegerField()),
                        ('count', models.PositiveIntegerField()),
                        ('first_id', models.BigIntegerField(blank=True, null=True)),
                        ('last_id', models.BigIntegerField(blank=True, null=True)),
                        ('leaves', models.BinaryField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('previous_hash', models.CharField(blank=True, max_length=64)),
                        ('hash', models.CharField(max_length=64)),
                        ('made_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'niêm phong nhật ký',
                        'ordering': ('sequence',),
                        'constraints': [models.UniqueConstraint(fields=('day', 'table'), name='audit_digest_once_per_day')],
                        'triggers': [pgtrigger.compiler.Trigger(name='digests_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5ff4704598f91704a32cb29b70eb5be8b517b010', operation='UPDATE OR DELETE', pgid='pgtrigger_digests_are_append_only_d0502', table='operations_auditdigest', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='DataRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='data_requests', to=settings.AUTH_USER_MODEL)),
                        ('kind', models.CharField(choices=[('ACCESS', 'xem, nhận bản sao dữ liệu'), ('CORRECT', 'sửa dữ liệu'), ('ERASE', 'xóa dữ liệu và đóng tài khoản'), ('RESTRICT', 'hạn chế xử lý dữ liệu'), ('OBJECT', 'phản đối việc xử lý dữ liệu'), ('WITHDRAW', 'rút lại sự đồng ý')], max_length=12)),
                        ('details', models.TextField(blank=True, verbose_name='nội dung')),
                        ('state', models.CharField(choices=[('RECEIVED', 'chờ trả lời'), ('IN_PROGRESS', 'đã nhận, đang thực hiện'), ('DONE', 'đã thực hiện'), ('REFUSED', 'không thực hiện được')], default='RECEIVED', max_length=12)),
                        ('received_at', models.DateTimeField()),
                        ('answer_due_at', models.DateTimeField(verbose_name='phải trả lời trước')),
                        ('due_at', models.DateTimeField(verbose_name='phải thực hiện trước')),
                        ('due_before', models.DateTimeField(blank=True, null=True)),
                        ('extension_reason', models.CharField(blank=True, max_length=500)),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('answer', models.TextField(blank=True, verbose_name='trả lời')),
                        ('ground', models.CharField(blank=True, max_length=300, verbose_name='căn cứ')),
                        ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'yêu cầu về dữ liệu cá nhân',
                        'indexes': [models.Index(condition=models.Q(('state__in', ('RECEIVED', 'IN_PROGRESS'))), fields=['due_at'], name='data_request_open')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('RECEIVED', 'IN_PROGRESS'))), fields=('user', 'kind'), name='data_request_one_open_of_a_kind'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ('RECEIVED', 'IN_PROGRESS'))), models.Q(('answered_at__isnull', False), ('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='data_request_closed_with_who_and_when'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'REFUSED'), _negated=True), models.Q(models.Q(('ground', ''), _negated=True), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='data_request_refused_with_ground'), models.CheckConstraint(condition=models.Q(('due_before__isnull', True), models.Q(('extension_reason', ''), _negated=True), _connector='OR'), name='data_request_extended_with_reason'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'ERASE'), ('state', 'DONE'), _negated=True), models.Q(('closed_by', models.F('answered_by')), _negated=True), _connector='OR'), name='data_request_erasure_by_two_people')],
                    },
                ),
                migrations.CreateModel(
                    name='DataExport',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='data_exports', to=settings.AUTH_USER_MODEL)),
                        ('requested_at', models.DateTimeField()),
                        ('due_at', models.DateTimeField()),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('ready_at', models.DateTimeField(blank=True, null=True)),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('storage_key', models.CharField(blank=True, max_length=200)),
                        ('sha256', models.CharField(blank=True, max_length=64)),
                        ('size', models.PositiveBigIntegerField(default=0)),
                        ('downloaded_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'bản sao dữ liệu cá nhân',
                        'indexes': [models.Index(fields=['user', '-requested_at'], name='data_export_of_user')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ready_at__isnull', True)), fields=('user',), name='data_export_one_waiting'), models.CheckConstraint(condition=models.Q(models.Q(('ready_at__isnull', True), ('storage_key', '')), models.Q(('expires_at__isnull', False), ('ready_at__isnull', False)), _connector='OR'), name='data_export_ready_expires')],
                    },
                ),
                migrations.CreateModel(
                    name='Erasure',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('subject_id', models.BigIntegerField()),
                        ('subject_handle', models.CharField(max_length=64, unique=True)),
                        ('request_id', models.BigIntegerField(blank=True, null=True)),
                        ('proposed_by_id', models.BigIntegerField(blank=True, null=True)),
                        ('approved_by_id', models.BigIntegerField(blank=True, null=True)),
                        ('executed_at', models.DateTimeField()),
                        ('counts', models.JSONField(default=dict)),
                    ],
                    options={
                        'verbose_name': 'xóa dữ liệu cá nhân',
                        'constraints': [models.CheckConstraint(condition=models.Q(('proposed_by_id__isnull', True), ('approved_by_id__isnull', True), models.Q(('proposed_by_id', models.F('approved_by_id')), _negated=True), _connector='OR'), name='erasure_by_two_people')],
                        'triggers': [pgtrigger.compiler.Trigger(name='erasures_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f745e91b23108bbe68c7fb5083b80422fc09c2aa', operation='UPDATE OR DELETE', pgid='pgtrigger_erasures_are_append_only_4c2e6', table='operations_erasure', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='DoomedObject',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=200, unique=True)),
                        ('doomed_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'tệp chờ xóa',
                    },
                ),
                migrations.CreateModel(
                    name='RetentionRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('procedure_code', models.CharField(max_length=64, verbose_name='mã thủ tục')),
                        ('months', models.PositiveSmallIntegerField(verbose_name='số tháng')),
                        ('valid_from', models.DateField(verbose_name='áp dụng từ')),
                        ('source', models.CharField(max_length=300, verbose_name='căn cứ')),
                    ],
                    options={
                        'verbose_name': 'thời hạn lưu hồ sơ',
                        'constraints': [models.UniqueConstraint(fields=('procedure_code', 'valid_from'), name='retention_rule_once_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Disposal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)),
                        ('ground', models.TextField()),
                        ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('proposed_at', models.DateTimeField()),
                        ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('approved_at', models.DateTimeField(blank=True, null=True)),
                        ('dropped_at', models.DateTimeField(blank=True, null=True)),
                        ('counts', models.JSONField(default=dict)),
                    ],
                    options={
                        'verbose_name': 'biên bản tiêu hủy hồ sơ',
                        'constraints': [models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='disposal_by_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('dropped_at__isnull', True)), _connector='OR'), name='disposal_approved_whole'), models.UniqueConstraint(models.Value(1), condition=models.Q(('approved_at__isnull', True), ('dropped_at__isnull', True)), name='disposal_one_waiting')],
                    },
                ),
            ],
        ),
        # Nothing to give back when the tables go.
        migrations.RunPython(revoke, migrations.RunPython.noop, elidable=False),
    ]
