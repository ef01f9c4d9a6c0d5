"""
The tables of accounts.

Security events and versions (who changed which row how): the application's role adds them and reads
them, nothing else (ADR 3). An account is merged into a living one: no chains, no circles, whoever
writes the row.
"""

import accounts.models.network
import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import pghistory.utils
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from portal.core.schema import CreateModels


TABLES = (
    "accounts_securityevent",
    "accounts_unitevent",
    "accounts_calendardayevent",
    "accounts_userevent",
    "accounts_staffroleevent",
    "accounts_collectingaccountevent",
)

NO_MERGE_CHAIN = """
CREATE FUNCTION accounts_no_merge_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.merged_into_id IS NULL THEN
        RETURN NEW;
    END IF;
    -- The lock makes two merges that would close a circle wait for each other.
    PERFORM 1 FROM accounts_user WHERE id = NEW.merged_into_id AND merged_into_id IS NULL FOR SHARE;
    IF NOT FOUND OR NEW.merged_into_id = NEW.id THEN
        RAISE EXCEPTION 'the surviving account is merged itself'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'user_merged_into_living';
    END IF;
    IF EXISTS (SELECT 1 FROM accounts_user WHERE merged_into_id = NEW.id) THEN
        RAISE EXCEPTION 'other accounts are merged into this one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'user_merged_into_living';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER user_no_merge_chain BEFORE INSERT OR UPDATE OF merged_into_id ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION accounts_no_merge_chain();
"""
MERGE_CHAIN = """
DROP TRIGGER user_no_merge_chain ON accounts_user;
DROP FUNCTION accounts_no_merge_chain();
"""


def revoke(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    for table in TABLES:
        schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")


class Migration(migrations.Migration):

    # A database from before the first release (a kept demo) goes on: it has all of these.
    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_roles_codes_security_events'),
        ('accounts', '0003_security_events_append_only'),
        ('accounts', '0004_roles_and_delegation'),
        ('accounts', '0005_representation'),
        ('accounts', '0006_second_factor'),
        ('accounts', '0007_citizens_doors'),
        ('accounts', '0008_no_merge_chains'),
        ('accounts', '0009_eid_links'),
        ('accounts', '0010_history'),
        ('accounts', '0011_counter_networks'),
        ('accounts', '0012_consents'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='OneTimeCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('purpose', models.CharField(choices=[('REGISTER', 'đăng ký tài khoản'), ('ROBOT_CHECK', 'xác nhận nộp hồ sơ'), ('TRACK', 'xem chi tiết hồ sơ'), ('RESET_PASSWORD', 'đặt lại mật khẩu'), ('CHANGE_PHONE', 'đổi số điện thoại'), ('CHANGE_EMAIL', 'đổi thư điện tử'), ('STEP_UP', 'xác nhận lại người dùng'), ('MANDATE', 'ủy quyền')], max_length=16)),
                        ('destination_hash', models.CharField(max_length=64)),
                        ('session_hash', models.CharField(max_length=64)),
                        ('code_hash', models.CharField(max_length=64)),
                        ('created_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField()),
                        ('tries', models.PositiveSmallIntegerField(default=0)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'mã xác nhận',
                        'indexes': [models.Index(fields=['destination_hash', '-created_at'], name='one_time_code_latest')],
                    },
                ),
                migrations.CreateModel(
                    name='RateCounter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('bucket', models.CharField(max_length=32)),
                        ('key_hash', models.CharField(max_length=64)),
                        ('window_start', models.DateTimeField()),
                        ('count', models.PositiveIntegerField()),
                    ],
                    options={
                        'verbose_name': 'bộ đếm giới hạn',
                        'indexes': [models.Index(models.F('window_start'), name='rate_counter_age')],
                        'constraints': [models.UniqueConstraint(fields=('bucket', 'key_hash', 'window_start'), name='rate_counter_once_per_window')],
                    },
                ),
                migrations.CreateModel(
                    name='Unit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='accounts.unit')),
                        ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.unit')),
                        ('kind', models.CharField(choices=[('AGENCY', 'cơ quan'), ('ONE_STOP', 'bộ phận một cửa'), ('DIVISION', 'phòng')], max_length=16, verbose_name='loại')),
                        ('key', models.SlugField(max_length=64, unique=True, verbose_name='khóa')),
                        ('code', models.CharField(blank=True, max_length=35, null=True, unique=True, verbose_name='mã cơ quan')),
                        ('name', models.CharField(max_length=200, verbose_name='tên')),
                        ('tier', models.CharField(choices=[('PROVINCE', 'cấp tỉnh'), ('COMMUNE', 'cấp xã')], max_length=16, verbose_name='cấp')),
                        ('superior_name', models.CharField(blank=True, max_length=200, verbose_name='cơ quan chủ quản')),
                        ('place_name', models.CharField(blank=True, max_length=100, verbose_name='địa danh trên giấy tờ')),
                        ('address', models.CharField(blank=True, max_length=300, verbose_name='địa chỉ')),
                        ('phone', models.CharField(blank=True, max_length=40, verbose_name='điện thoại')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='thư điện tử')),
                        ('office_hours', models.JSONField(blank=True, default=list, verbose_name='giờ làm việc')),
                        ('reception_note', models.CharField(blank=True, max_length=200, verbose_name='ghi chú giờ tiếp nhận')),
                        ('small_office', models.BooleanField(db_default=False, default=False, verbose_name='cơ quan ít người')),
                        ('valid_from', models.DateField(blank=True, null=True, verbose_name='hiệu lực từ')),
                        ('valid_until', models.DateField(blank=True, null=True, verbose_name='hiệu lực đến')),
                        ('successors', models.ManyToManyField(blank=True, related_name='predecessors', to='accounts.unit')),
                    ],
                    options={
                        'verbose_name': 'đơn vị',
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('code__isnull', False), ('kind', 'AGENCY')), models.Q(models.Q(('kind', 'AGENCY'), _negated=True), ('code__isnull', True), ('office_hours', [])), _connector='OR'), name='unit_code_and_hours_only_for_agencies'), models.CheckConstraint(condition=models.Q(('small_office', False), ('kind', 'AGENCY'), _connector='OR'), name='unit_small_office_only_for_agencies'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_from__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='unit_valid_period_ordered')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_unitevent" ("address", "agency_id", "code", "email", "id", "key", "kind", "name", "office_hours", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "place_name", "reception_note", "small_office", "superior_name", "tier", "valid_from", "valid_until") VALUES (NEW."address", NEW."agency_id", NEW."code", NEW."email", NEW."id", NEW."key", NEW."kind", NEW."name", NEW."office_hours", NEW."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."phone", NEW."place_name", NEW."reception_note", NEW."small_office", NEW."superior_name", NEW."tier", NEW."valid_from", NEW."valid_until"); RETURN NULL;', hash='f2eda9cc8635a7a261f85bab8d324d48c2ec4ad3', operation='INSERT', pgid='pgtrigger_insert_insert_8ba9e', table='accounts_unit', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_unitevent" ("address", "agency_id", "code", "email", "id", "key", "kind", "name", "office_hours", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "place_name", "reception_note", "small_office", "superior_name", "tier", "valid_from", "valid_until") VALUES (NEW."address", NEW."agency_id", NEW."code", NEW."email", NEW."id", NEW."key", NEW."kind", NEW."name", NEW."office_hours", NEW."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."phone", NEW."place_name", NEW."reception_note", NEW."small_office", NEW."superior_name", NEW."tier", NEW."valid_from", NEW."valid_until"); RETURN NULL;', hash='144983fe03311a861964fb1a3d96f959b55578e6', operation='UPDATE', pgid='pgtrigger_update_update_9885a', table='accounts_unit', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_unitevent" ("address", "agency_id", "code", "email", "id", "key", "kind", "name", "office_hours", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "place_name", "reception_note", "small_office", "superior_name", "tier", "valid_from", "valid_until") VALUES (OLD."address", OLD."agency_id", OLD."code", OLD."email", OLD."id", OLD."key", OLD."kind", OLD."name", OLD."office_hours", OLD."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."phone", OLD."place_name", OLD."reception_note", OLD."small_office", OLD."superior_name", OLD."tier", OLD."valid_from", OLD."valid_until"); RETURN NULL;', hash='eb55291a02d6cafa4d4d9fd9caf11bb799edb9cc', operation='DELETE', pgid='pgtrigger_delete_delete_a04b7', table='accounts_unit', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='UnitEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.unit')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('parent', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.unit')),
                        ('agency', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.unit')),
                        ('kind', models.CharField(choices=[('AGENCY', 'cơ quan'), ('ONE_STOP', 'bộ phận một cửa'), ('DIVISION', 'phòng')], max_length=16, verbose_name='loại')),
                        ('key', models.SlugField(db_index=False, max_length=64, verbose_name='khóa')),
                        ('code', models.CharField(blank=True, max_length=35, null=True, verbose_name='mã cơ quan')),
                        ('name', models.CharField(max_length=200, verbose_name='tên')),
                        ('tier', models.CharField(choices=[('PROVINCE', 'cấp tỉnh'), ('COMMUNE', 'cấp xã')], max_length=16, verbose_name='cấp')),
                        ('superior_name', models.CharField(blank=True, max_length=200, verbose_name='cơ quan chủ quản')),
                        ('place_name', models.CharField(blank=True, max_length=100, verbose_name='địa danh trên giấy tờ')),
                        ('address', models.CharField(blank=True, max_length=300, verbose_name='địa chỉ')),
                        ('phone', models.CharField(blank=True, max_length=40, verbose_name='điện thoại')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='thư điện tử')),
                        ('office_hours', models.JSONField(blank=True, default=list, verbose_name='giờ làm việc')),
                        ('reception_note', models.CharField(blank=True, max_length=200, verbose_name='ghi chú giờ tiếp nhận')),
                        ('small_office', models.BooleanField(db_default=False, default=False, verbose_name='cơ quan ít người')),
                        ('valid_from', models.DateField(blank=True, null=True, verbose_name='hiệu lực từ')),
                        ('valid_until', models.DateField(blank=True, null=True, verbose_name='hiệu lực đến')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='83f3e89dea885acccb35b158e1d19fdbbc30075d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f5bbe', table='accounts_unitevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='CalendarDay',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_days', to='accounts.unit')),
                        ('on', models.DateField(verbose_name='ngày')),
                        ('kind', models.CharField(choices=[('OFF', 'ngày nghỉ'), ('MAKE_UP', 'ngày làm bù')], max_length=8, verbose_name='loại')),
                        ('name', models.CharField(max_length=120, verbose_name='lý do')),
                    ],
                    options={
                        'verbose_name': 'ngày trong lịch',
                        'constraints': [models.UniqueConstraint(fields=('unit', 'on'), name='calendar_day_once_per_unit')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_calendardayevent" ("id", "kind", "name", "on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit_id") VALUES (NEW."id", NEW."kind", NEW."name", NEW."on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."unit_id"); RETURN NULL;', hash='ed043300754c8b327e01f03a3aa96f17c7cd61e0', operation='INSERT', pgid='pgtrigger_insert_insert_abdc8', table='accounts_calendarday', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_calendardayevent" ("id", "kind", "name", "on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit_id") VALUES (NEW."id", NEW."kind", NEW."name", NEW."on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."unit_id"); RETURN NULL;', hash='9cfc2d4cb2744e29bc321c758f3394228d5ade93', operation='UPDATE', pgid='pgtrigger_update_update_a507c', table='accounts_calendarday', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_calendardayevent" ("id", "kind", "name", "on", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit_id") VALUES (OLD."id", OLD."kind", OLD."name", OLD."on", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."unit_id"); RETURN NULL;', hash='3c2f408097e56b82ef752697b965704845c01e2b', operation='DELETE', pgid='pgtrigger_delete_delete_d9935', table='accounts_calendarday', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='CalendarDayEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.calendarday')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.unit')),
                        ('on', models.DateField(verbose_name='ngày')),
                        ('kind', models.CharField(choices=[('OFF', 'ngày nghỉ'), ('MAKE_UP', 'ngày làm bù')], max_length=8, verbose_name='loại')),
                        ('name', models.CharField(max_length=120, verbose_name='lý do')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2814f6fc35cc40e1afa1b40b42bcba434a49e171', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_99ba3', table='accounts_calendardayevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='NumberSeries',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='number_series', to='accounts.unit')),
                        ('kind', models.CharField(max_length=24)),
                        ('period', models.CharField(max_length=10)),
                        ('last', models.PositiveIntegerField()),
                    ],
                    options={
                        'verbose_name': 'dãy số',
                        'constraints': [models.UniqueConstraint(fields=('unit', 'kind', 'period'), name='number_series_once_per_period')],
                    },
                ),
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('username', models.CharField(max_length=64, unique=True, verbose_name='tên đăng nhập')),
                        ('kind', models.CharField(choices=[('CITIZEN', 'công dân'), ('STAFF', 'cán bộ')], max_length=8)),
                        ('full_name', models.CharField(max_length=120, verbose_name='họ và tên')),
                        ('folded_name', models.CharField(editable=False, max_length=120)),
                        ('date_of_birth', models.DateField(blank=True, null=True, verbose_name='ngày sinh')),
                        ('phone', models.CharField(blank=True, max_length=15, verbose_name='số điện thoại')),
                        ('phone_verified_at', models.DateTimeField(blank=True, null=True)),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='thư điện tử')),
                        ('email_verified_at', models.DateTimeField(blank=True, null=True)),
                        ('address', models.CharField(blank=True, max_length=300, verbose_name='nơi cư trú')),
                        ('identity_kind', models.CharField(choices=[('NUMBER', 'số định danh cá nhân'), ('PASSPORT', 'hộ chiếu')], db_default='NUMBER', default='NUMBER', max_length=8)),
                        ('nationality', models.CharField(blank=True, db_default='', default='', max_length=2, verbose_name='quốc tịch')),
                        ('identity_sealed', models.BinaryField(blank=True, null=True)),
                        ('identity_hash', models.CharField(blank=True, editable=False, max_length=64)),
                        ('identity_level', models.CharField(choices=[('DECLARED', 'tự khai'), ('PHONE_VERIFIED', 'đã xác nhận số điện thoại'), ('SEEN', 'đã đối chiếu giấy tờ tại quầy'), ('EID', 'định danh điện tử')], default='DECLARED', max_length=16)),
                        ('title', models.CharField(blank=True, max_length=120, verbose_name='chức danh')),
                        ('consent_version', models.CharField(blank=True, db_default='', default='', max_length=16)),
                        ('consented_at', models.DateTimeField(blank=True, null=True)),
                        ('is_active', models.BooleanField(default=True)),
                        ('session_nonce', models.CharField(blank=True, db_default='', default='', editable=False, max_length=32)),
                        ('created_at', models.DateTimeField()),
                        ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'tài khoản',
                        'indexes': [models.Index(models.F('identity_hash'), condition=models.Q(('identity_hash', ''), _negated=True), name='user_identity'), models.Index(models.F('phone'), condition=models.Q(('phone', ''), _negated=True), name='user_phone'), models.Index(models.F('email'), condition=models.Q(('email', ''), _negated=True), name='user_email')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('identity_level__in', ['SEEN', 'EID']), ('kind', 'CITIZEN'), ('merged_into__isnull', True), models.Q(('identity_hash', ''), _negated=True)), fields=('identity_hash',), name='user_proven_identity_unique'), models.CheckConstraint(condition=models.Q(('kind__in', ['CITIZEN', 'STAFF'])), name='user_kind_known'), models.CheckConstraint(condition=models.Q(('identity_kind', 'NUMBER'), models.Q(('identity_kind', 'PASSPORT'), models.Q(('nationality', ''), _negated=True)), _connector='OR'), name='user_passport_has_country')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userevent" ("consent_version", "identity_level", "is_active", "kind", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."consent_version", NEW."identity_level", NEW."is_active", NEW."kind", NEW."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='6f40774b46bab347c410ba8c5eed3f587dce42dc', operation='INSERT', pgid='pgtrigger_insert_insert_3867c', table='accounts_user', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."consent_version" IS DISTINCT FROM (NEW."consent_version") OR OLD."identity_level" IS DISTINCT FROM (NEW."identity_level") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id"))', func='INSERT INTO "accounts_userevent" ("consent_version", "identity_level", "is_active", "kind", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."consent_version", NEW."identity_level", NEW."is_active", NEW."kind", NEW."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;', hash='ab33bb984d4ce5bad8fa8cbb7766c826edf41f8c', operation='UPDATE', pgid='pgtrigger_update_update_0e890', table='accounts_user', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userevent" ("consent_version", "identity_level", "is_active", "kind", "merged_into_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."consent_version", OLD."identity_level", OLD."is_active", OLD."kind", OLD."merged_into_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='7e9799c50e6c1a2b5b51c1edaa4c2916ec5329e6', operation='DELETE', pgid='pgtrigger_delete_delete_19f14', table='accounts_user', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='UserEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='kind_identity_level_is_active_merged_into_consent_version_events', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('kind', models.CharField(choices=[('CITIZEN', 'công dân'), ('STAFF', 'cán bộ')], max_length=8)),
                        ('identity_level', models.CharField(choices=[('DECLARED', 'tự khai'), ('PHONE_VERIFIED', 'đã xác nhận số điện thoại'), ('SEEN', 'đã đối chiếu giấy tờ tại quầy'), ('EID', 'định danh điện tử')], default='DECLARED', max_length=16)),
                        ('is_active', models.BooleanField(default=True)),
                        ('merged_into', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('consent_version', models.CharField(blank=True, db_default='', default='', max_length=16)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e9498e73f6fbdf2642fb33fa14189f1ad2382c8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_45b21', table='accounts_userevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='StaffRole',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff_roles', to=settings.AUTH_USER_MODEL)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff_roles', to='accounts.unit')),
                        ('role', models.CharField(choices=[('CLERK', 'cán bộ một cửa'), ('OFFICER', 'chuyên viên'), ('LEADER', 'lãnh đạo'), ('REGISTRAR', 'văn thư'), ('CASHIER', 'thủ quỹ'), ('EDITOR', 'biên tập viên danh mục'), ('PUBLISHER', 'người công bố danh mục'), ('ACCOUNTANT', 'kế toán'), ('SUPPORTER', 'điểm hỗ trợ'), ('UNIT_ADMIN', 'quản trị đơn vị'), ('AUDITOR', 'kiểm tra viên'), ('SYSTEM_ADMIN', 'quản trị hệ thống')], max_length=16, verbose_name='vai trò')),
                        ('valid_from', models.DateField(verbose_name='từ ngày')),
                        ('valid_until', models.DateField(blank=True, null=True, verbose_name='đến ngày')),
                        ('on_behalf_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='delegated_roles', to=settings.AUTH_USER_MODEL)),
                        ('granted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('granted_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'vai trò cán bộ',
                        'indexes': [models.Index(condition=models.Q(('on_behalf_of__isnull', False)), fields=['on_behalf_of'], name='staff_role_delegated')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('on_behalf_of__isnull', True)), fields=('user', 'unit', 'role', 'valid_from'), name='staff_role_once'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('on_behalf_of__isnull', False)), fields=('user', 'unit', 'role', 'on_behalf_of', 'valid_from'), name='staff_role_delegated_once'), models.CheckConstraint(condition=models.Q(('on_behalf_of__isnull', True), models.Q(models.Q(('on_behalf_of', models.F('user')), _negated=True), ('valid_until__isnull', False), ('valid_until__lt', django.db.models.expressions.CombinedExpression(models.F('valid_from'), '+', models.Value(datetime.timedelta(days=30))))), _connector='OR'), name='staff_role_delegated_for_a_month'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', False), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='staff_role_period_ordered'), models.CheckConstraint(condition=models.Q(('granted_by__isnull', True), models.Q(('granted_by', models.F('user')), _negated=True), _connector='OR'), name='staff_role_not_granted_to_oneself')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_staffroleevent" ("ended_at", "ended_by_id", "granted_at", "granted_by_id", "id", "on_behalf_of_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "unit_id", "user_id", "valid_from", "valid_until") VALUES (NEW."ended_at", NEW."ended_by_id", NEW."granted_at", NEW."granted_by_id", NEW."id", NEW."on_behalf_of_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."role", NEW."unit_id", NEW."user_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;', hash='d563048a75e11644605c882e49c3acc97448b754', operation='INSERT', pgid='pgtrigger_insert_insert_f1f3b', table='accounts_staffrole', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_staffroleevent" ("ended_at", "ended_by_id", "granted_at", "granted_by_id", "id", "on_behalf_of_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "unit_id", "user_id", "valid_from", "valid_until") VALUES (NEW."ended_at", NEW."ended_by_id", NEW."granted_at", NEW."granted_by_id", NEW."id", NEW."on_behalf_of_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."role", NEW."unit_id", NEW."user_id", NEW."valid_from", NEW."valid_until"); RETURN NULL;', hash='9abd4ebfe013996171abd769500e5f21e0f5df82', operation='UPDATE', pgid='pgtrigger_update_update_d5a7a', table='accounts_staffrole', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_staffroleevent" ("ended_at", "ended_by_id", "granted_at", "granted_by_id", "id", "on_behalf_of_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "unit_id", "user_id", "valid_from", "valid_until") VALUES (OLD."ended_at", OLD."ended_by_id", OLD."granted_at", OLD."granted_by_id", OLD."id", OLD."on_behalf_of_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."role", OLD."unit_id", OLD."user_id", OLD."valid_from", OLD."valid_until"); RETURN NULL;', hash='d26a78c8b10e23abfbcd895976bb9e6549109b70', operation='DELETE', pgid='pgtrigger_delete_delete_02084', table='accounts_staffrole', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='StaffRoleEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.staffrole')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.unit')),
                        ('role', models.CharField(choices=[('CLERK', 'cán bộ một cửa'), ('OFFICER', 'chuyên viên'), ('LEADER', 'lãnh đạo'), ('REGISTRAR', 'văn thư'), ('CASHIER', 'thủ quỹ'), ('EDITOR', 'biên tập viên danh mục'), ('PUBLISHER', 'người công bố danh mục'), ('ACCOUNTANT', 'kế toán'), ('SUPPORTER', 'điểm hỗ trợ'), ('UNIT_ADMIN', 'quản trị đơn vị'), ('AUDITOR', 'kiểm tra viên'), ('SYSTEM_ADMIN', 'quản trị hệ thống')], max_length=16, verbose_name='vai trò')),
                        ('valid_from', models.DateField(verbose_name='từ ngày')),
                        ('valid_until', models.DateField(blank=True, null=True, verbose_name='đến ngày')),
                        ('on_behalf_of', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('granted_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('granted_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='15581db07c9e9bc983628604bda3bbcbc633742c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4ce29', table='accounts_staffroleevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ConsentText',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('version', models.CharField(max_length=16, unique=True)),
                        ('valid_from', models.DateField()),
                        ('text', models.TextField()),
                        ('sha256', models.CharField(max_length=64)),
                    ],
                    options={
                        'verbose_name': 'lời đồng ý xử lý dữ liệu cá nhân',
                        'ordering': ('valid_from', 'pk'),
                    },
                ),
                migrations.CreateModel(
                    name='Consent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to=settings.AUTH_USER_MODEL)),
                        ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='accounts.consenttext')),
                        ('agreed_at', models.DateTimeField()),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'sự đồng ý xử lý dữ liệu cá nhân',
                        'ordering': ('agreed_at', 'pk'),
                        'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('user', 'text'), name='consent_once_while_it_stands')],
                    },
                ),
                migrations.CreateModel(
                    name='UserSession',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('session_key', models.CharField(max_length=40, unique=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL)),
                        ('device', models.CharField(max_length=60)),
                        ('signed_in_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'thiết bị đang đăng nhập',
                        'indexes': [models.Index(fields=['user', '-signed_in_at'], name='user_session_of_user')],
                    },
                ),
                migrations.CreateModel(
                    name='AccountMerge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('duplicate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merge_proposals', to=settings.AUTH_USER_MODEL)),
                        ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                        ('paper', models.CharField(choices=[('ID_CARD', 'thẻ căn cước hoặc căn cước công dân'), ('PASSPORT', 'hộ chiếu'), ('CERTIFICATE', 'giấy xác nhận thông tin về cư trú hoặc căn cước, có ảnh')], max_length=12, verbose_name='giấy tờ đã đối chiếu')),
                        ('state', models.CharField(choices=[('PROPOSED', 'chờ xác nhận'), ('DONE', 'đã gộp'), ('DECLINED', 'không gộp')], default='PROPOSED', max_length=10)),
                        ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('proposed_at', models.DateTimeField()),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'đề nghị gộp tài khoản',
                        'constraints': [models.CheckConstraint(condition=models.Q(('duplicate', models.F('survivor')), _negated=True), name='account_merge_of_two'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='account_merge_by_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'PROPOSED')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['DONE', 'DECLINED'])), _connector='OR'), name='account_merge_decided_with_who_and_when'), models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('duplicate',), name='account_merge_one_proposal')],
                    },
                ),
                migrations.CreateModel(
                    name='EidLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='eid_links', to=settings.AUTH_USER_MODEL)),
                        ('issuer', models.CharField(max_length=200)),
                        ('subject_hash', models.CharField(editable=False, max_length=64)),
                        ('level', models.CharField(max_length=32)),
                        ('linked_at', models.DateTimeField()),
                        ('used_at', models.DateTimeField()),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'liên kết định danh điện tử',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('issuer', 'subject_hash'), name='eid_link_opens_one_account'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('user', 'issuer'), name='eid_link_one_per_account')],
                    },
                ),
                migrations.CreateModel(
                    name='CollectingAccount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='collecting_accounts', to='accounts.unit')),
                        ('holder', models.CharField(max_length=200, verbose_name='tên tài khoản')),
                        ('number', models.CharField(max_length=40, verbose_name='số tài khoản')),
                        ('bank', models.CharField(max_length=200, verbose_name='nơi mở tài khoản')),
                        ('ways', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('VNPAY', 'trực tuyến qua VNPAY'), ('CASH', 'tiền mặt tại quầy')], max_length=8), size=None, verbose_name='cách thu')),
                        ('terminal', models.CharField(blank=True, max_length=16, verbose_name='mã đầu cuối VNPAY')),
                        ('valid_from', models.DateField(verbose_name='từ ngày')),
                        ('valid_until', models.DateField(blank=True, null=True, verbose_name='đến ngày')),
                    ],
                    options={
                        'verbose_name': 'tài khoản thu',
                        'constraints': [models.UniqueConstraint(fields=('unit', 'valid_from'), name='collecting_account_once_per_day'), models.UniqueConstraint(condition=models.Q(('valid_until__isnull', True)), fields=('unit',), name='collecting_account_one_open'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='collecting_account_period_ordered'), models.CheckConstraint(condition=models.Q(models.Q(('ways__contains', ['VNPAY']), _negated=True), models.Q(('terminal', ''), _negated=True), _connector='OR'), name='collecting_account_online_has_terminal')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_collectingaccountevent" ("bank", "holder", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "terminal", "unit_id", "valid_from", "valid_until", "ways") VALUES (NEW."bank", NEW."holder", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."terminal", NEW."unit_id", NEW."valid_from", NEW."valid_until", NEW."ways"); RETURN NULL;', hash='2f56c496779079364bb2d7653e464227e560e07f', operation='INSERT', pgid='pgtrigger_insert_insert_f8e80', table='accounts_collectingaccount', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_collectingaccountevent" ("bank", "holder", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "terminal", "unit_id", "valid_from", "valid_until", "ways") VALUES (NEW."bank", NEW."holder", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."terminal", NEW."unit_id", NEW."valid_from", NEW."valid_until", NEW."ways"); RETURN NULL;', hash='faf741432e6dfb2ea33d42f3110ad625b8de3d9a', operation='UPDATE', pgid='pgtrigger_update_update_43331', table='accounts_collectingaccount', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_collectingaccountevent" ("bank", "holder", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "terminal", "unit_id", "valid_from", "valid_until", "ways") VALUES (OLD."bank", OLD."holder", OLD."id", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."terminal", OLD."unit_id", OLD."valid_from", OLD."valid_until", OLD."ways"); RETURN NULL;', hash='6f8660f95224caa6d4d4236b92a6128cba697169', operation='DELETE', pgid='pgtrigger_delete_delete_21b97', table='accounts_collectingaccount', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='CollectingAccountEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.collectingaccount')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.unit')),
                        ('holder', models.CharField(max_length=200, verbose_name='tên tài khoản')),
                        ('number', models.CharField(max_length=40, verbose_name='số tài khoản')),
                        ('bank', models.CharField(max_length=200, verbose_name='nơi mở tài khoản')),
                        ('ways', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('VNPAY', 'trực tuyến qua VNPAY'), ('CASH', 'tiền mặt tại quầy')], max_length=8), size=None, verbose_name='cách thu')),
                        ('terminal', models.CharField(blank=True, max_length=16, verbose_name='mã đầu cuối VNPAY')),
                        ('valid_from', models.DateField(verbose_name='từ ngày')),
                        ('valid_until', models.DateField(blank=True, null=True, verbose_name='đến ngày')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d4ee832a18420379a9e61f03a9488dbbf9a27a0a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c34e3', table='accounts_collectingaccountevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='CounterNetwork',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='networks', to='accounts.unit', verbose_name='cơ quan')),
                        ('network', models.CharField(max_length=50, unique=True, validators=[accounts.models.network.check_network], verbose_name='địa chỉ mạng')),
                        ('note', models.CharField(blank=True, max_length=200, verbose_name='ghi chú')),
                        ('is_open', models.BooleanField(db_default=True, default=True, verbose_name='đang dùng')),
                    ],
                    options={
                        'verbose_name': 'địa chỉ mạng của quầy',
                        'verbose_name_plural': 'địa chỉ mạng của quầy',
                    },
                ),
                migrations.CreateModel(
                    name='Organisation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('tax_code', models.CharField(max_length=13, verbose_name='mã số thuế')),
                        ('name', models.CharField(max_length=120, verbose_name='tên tổ chức')),
                        ('folded_name', models.CharField(editable=False, max_length=120)),
                        ('address', models.CharField(max_length=300, verbose_name='trụ sở')),
                        ('phone', models.CharField(blank=True, max_length=15, verbose_name='số điện thoại')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='thư điện tử')),
                        ('level', models.CharField(choices=[('DECLARED', 'tự khai'), ('SEEN', 'đã đối chiếu giấy tờ tại quầy'), ('EID', 'định danh điện tử')], default='DECLARED', max_length=16)),
                        ('seen_at', models.DateTimeField(blank=True, null=True)),
                        ('seen_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'tổ chức',
                        'indexes': [models.Index(fields=['tax_code'], name='organisation_tax_code')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('level__in', ('SEEN', 'EID'))), fields=('tax_code',), name='organisation_proven_tax_code_unique'), models.CheckConstraint(condition=models.Q(models.Q(('level', 'SEEN'), _negated=True), ('seen_by__isnull', False), _connector='OR'), name='organisation_seen_by_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='Representative',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('named', models.CharField(max_length=120)),
                        ('named_folded', models.CharField(editable=False, max_length=120)),
                        ('contact_hash', models.CharField(blank=True, editable=False, max_length=64)),
                        ('accepted_at', models.DateTimeField(blank=True, null=True)),
                        ('declined_at', models.DateTimeField(blank=True, null=True)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='representatives', to='accounts.organisation')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='represents', to=settings.AUTH_USER_MODEL)),
                        ('title', models.CharField(blank=True, max_length=120, verbose_name='chức vụ')),
                        ('is_legal', models.BooleanField(default=False, verbose_name='người đại diện theo pháp luật')),
                        ('valid_from', models.DateField(verbose_name='từ ngày')),
                        ('valid_until', models.DateField(blank=True, null=True, verbose_name='đến ngày')),
                        ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('added_at', models.DateTimeField()),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'người đại diện',
                        'indexes': [models.Index(fields=['contact_hash'], name='representative_contact')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('user__isnull', False)), fields=('organisation', 'user'), name='representative_once'), models.CheckConstraint(condition=models.Q(('accepted_at__isnull', True), ('user__isnull', False), _connector='OR'), name='representative_accepted_by_somebody'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='representative_days_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='Mandate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('named', models.CharField(max_length=120)),
                        ('named_folded', models.CharField(editable=False, max_length=120)),
                        ('contact_hash', models.CharField(blank=True, editable=False, max_length=64)),
                        ('accepted_at', models.DateTimeField(blank=True, null=True)),
                        ('declined_at', models.DateTimeField(blank=True, null=True)),
                        ('kind', models.CharField(choices=[('CODE', 'xác nhận bằng mã'), ('PAPER', 'bằng giấy')], max_length=8)),
                        ('principal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mandates_given', to=settings.AUTH_USER_MODEL)),
                        ('holder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mandates_held', to=settings.AUTH_USER_MODEL)),
                        ('procedures', models.JSONField(blank=True, default=list)),
                        ('is_single_use', models.BooleanField(default=False, verbose_name='chỉ dùng cho một hồ sơ')),
                        ('valid_from', models.DateField(verbose_name='từ ngày')),
                        ('valid_until', models.DateField(verbose_name='đến ngày')),
                        ('created_at', models.DateTimeField()),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('checked_at', models.DateTimeField(blank=True, null=True)),
                        ('checked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'ủy quyền',
                        'indexes': [models.Index(fields=['contact_hash'], name='mandate_contact')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'CODE'), _negated=True), ('principal__isnull', False), _connector='OR'), name='mandate_by_code_has_principal'), models.CheckConstraint(condition=models.Q(('accepted_at__isnull', True), ('holder__isnull', False), _connector='OR'), name='mandate_accepted_by_somebody'), models.CheckConstraint(condition=models.Q(('principal__isnull', True), ('holder__isnull', True), models.Q(('principal', models.F('holder')), _negated=True), _connector='OR'), name='mandate_to_another_person'), models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('valid_from'))), name='mandate_days_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='SecondFactor',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='second_factor', to=settings.AUTH_USER_MODEL)),
                        ('secret_sealed', models.BinaryField()),
                        ('confirmed_at', models.DateTimeField()),
                        ('last_step', models.BigIntegerField(db_default=0, default=0)),
                    ],
                    options={
                        'verbose_name': 'xác thực hai bước',
                    },
                ),
                migrations.CreateModel(
                    name='RecoveryCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
                        ('code_hash', models.CharField(max_length=64)),
                        ('created_at', models.DateTimeField()),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'mã dự phòng',
                        'constraints': [models.UniqueConstraint(fields=('user', 'code_hash'), name='recovery_code_once')],
                    },
                ),
                migrations.CreateModel(
                    name='StaffLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff_links', to=settings.AUTH_USER_MODEL)),
                        ('purpose', models.CharField(choices=[('INVITATION', 'lời mời'), ('PASSWORD', 'đặt lại mật khẩu')], max_length=16)),
                        ('token_hash', models.CharField(max_length=64, unique=True)),
                        ('created_at', models.DateTimeField()),
                        ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('expires_at', models.DateTimeField()),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'verbose_name': 'đường dẫn của cán bộ',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True), ('used_at__isnull', True)), fields=('user',), name='staff_link_one_alive')],
                    },
                ),
                migrations.CreateModel(
                    name='SecurityEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=32)),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='security_events', to=settings.AUTH_USER_MODEL)),
                        ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('data', models.JSONField(blank=True, default=dict)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'sự kiện an toàn',
                        'indexes': [models.Index(fields=['user', '-at'], name='security_event_of_user'), models.Index(fields=['kind', '-at'], name='security_event_of_kind')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(NO_MERGE_CHAIN, MERGE_CHAIN, elidable=False),
        # Nothing to give back when the tables go.
        migrations.RunPython(revoke, migrations.RunPython.noop, elidable=False),
    ]
