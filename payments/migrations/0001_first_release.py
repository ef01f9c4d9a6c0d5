"""
The tables of payments.

Receipts and ledger entries: the application's role adds them and reads them, nothing else (ADR 3).
Of a message that came in it may write only what became of it, never what it said.
"""

import django.db.models.deletion
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models

from portal.core.schema import CreateModels


TABLES = (
    "payments_cashreceipt",
    "payments_ledgerentry",
    "payments_inboundmessage",
)


def revoke(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    for table in TABLES:
        schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
    schema_editor.execute(
        f"GRANT UPDATE (verdict, payment_id) ON payments_inboundmessage TO {role}"
    )


class Migration(migrations.Migration):

    # A database from before the first release (a kept demo) goes on: it has all of these.
    replaces = [
        ('payments', '0001_initial'),
        ('payments', '0002_money_append_only'),
        ('payments', '0003_refunds'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_first_release'),
        ('dossiers', '0001_first_release'),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='Payment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='dossiers.dossier')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to=settings.AUTH_USER_MODEL)),
                        ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                        ('provider', models.CharField(choices=[('VNPAY', 'VNPAY')], max_length=8)),
                        ('reference', models.CharField(max_length=60, verbose_name='số tham chiếu')),
                        ('amount_vnd', models.PositiveIntegerField(verbose_name='số tiền')),
                        ('payer_address', models.GenericIPAddressField()),
                        ('state', models.CharField(choices=[('REDIRECTED', 'chờ kết quả từ cổng thanh toán'), ('SUCCEEDED', 'đã nhận tiền'), ('FAILED', 'không thành công'), ('CANCELLED', 'người nộp đã hủy'), ('EXPIRED', 'hết hạn, không thấy nộp'), ('SUSPECT', 'đã trừ tiền, ngân hàng đang kiểm tra')], default='REDIRECTED', max_length=12)),
                        ('created_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('provider_transaction', models.CharField(blank=True, max_length=32, verbose_name='mã giao dịch')),
                        ('bank_code', models.CharField(blank=True, max_length=20, verbose_name='ngân hàng')),
                        ('paid_at', models.DateTimeField(blank=True, null=True)),
                        ('response_code', models.CharField(blank=True, max_length=4)),
                        ('status_code', models.CharField(blank=True, max_length=4)),
                        ('query_due_at', models.DateTimeField(blank=True, null=True)),
                        ('queries', models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'lần nộp trực tuyến',
                        'ordering': ('created_at', 'pk'),
                        'indexes': [models.Index(models.F('query_due_at'), condition=models.Q(('query_due_at__isnull', False)), name='payment_to_ask')],
                        'constraints': [models.UniqueConstraint(fields=('provider', 'reference'), name='payment_reference_once'), models.UniqueConstraint(fields=('dossier', 'number'), name='payment_number_once'), models.UniqueConstraint(condition=models.Q(('provider_transaction', ''), _negated=True), fields=('provider', 'provider_transaction'), name='payment_transaction_once'), models.CheckConstraint(condition=models.Q(('amount_vnd__gt', 0)), name='payment_positive'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='payment_period_ordered'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'SUCCEEDED'), _negated=True), models.Q(('provider_transaction', ''), _negated=True), _connector='OR'), name='payment_success_has_transaction')],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.payment')),
                        ('obligation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_lines', to='dossiers.obligation')),
                        ('amount_vnd', models.PositiveIntegerField()),
                    ],
                    options={
                        'verbose_name': 'khoản trong lần nộp',
                        'ordering': ('pk',),
                        'constraints': [models.UniqueConstraint(fields=('payment', 'obligation'), name='payment_line_once_per_obligation'), models.CheckConstraint(condition=models.Q(('amount_vnd__gt', 0)), name='payment_line_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='InboundMessage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('provider', models.CharField(choices=[('VNPAY', 'VNPAY')], max_length=8)),
                        ('kind', models.CharField(choices=[('IPN', 'cổng thanh toán báo'), ('RETURN', 'trình duyệt quay về'), ('QUERY', 'trả lời câu hỏi của ta')], max_length=8)),
                        ('raw', models.TextField()),
                        ('received_at', models.DateTimeField()),
                        ('verdict', models.CharField(choices=[('STORED', 'đã lưu, chưa xử lý'), ('SEEN', 'chữ ký đúng, không đổi gì'), ('RECORDED', 'đã ghi nhận'), ('KNOWN', 'đã biết từ trước'), ('UNSEEN', 'cổng thanh toán chưa thấy người nộp'), ('UNCLEAR', 'chưa rõ kết quả'), ('UNKNOWN_ORDER', 'không có lần nộp này'), ('WRONG_AMOUNT', 'sai số tiền'), ('BAD_SIGNATURE', 'sai chữ ký'), ('MALFORMED', 'thiếu thông tin'), ('FAILED', 'lỗi của hệ thống, sẽ làm lại')], default='STORED', max_length=16)),
                        ('payment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='payments.payment')),
                    ],
                    options={
                        'verbose_name': 'tin từ cổng thanh toán',
                        'ordering': ('received_at', 'pk'),
                        'indexes': [models.Index(models.OrderBy(models.F('received_at'), descending=True), name='inbound_message_latest')],
                    },
                ),
                migrations.CreateModel(
                    name='CashReceipt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('obligation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cash_receipts', to='dossiers.obligation')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                        ('amount_vnd', models.PositiveIntegerField(verbose_name='số tiền')),
                        ('year', models.PositiveSmallIntegerField(verbose_name='năm')),
                        ('receipt_number', models.CharField(max_length=40, verbose_name='số biên lai')),
                        ('received_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('received_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'tiền mặt đã thu',
                        'constraints': [models.UniqueConstraint(fields=('unit', 'year', 'receipt_number'), name='cash_receipt_number_once'), models.CheckConstraint(condition=models.Q(('amount_vnd__gt', 0)), name='cash_receipt_positive')],
                        'triggers': [pgtrigger.compiler.Trigger(name='receipts_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='46165b8d131c3722de5a9de7c1ddd1d801eee96f', operation='UPDATE OR DELETE', pgid='pgtrigger_receipts_are_append_only_b4d5c', table='payments_cashreceipt', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='LedgerEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='accounts.unit')),
                        ('sequence', models.PositiveIntegerField()),
                        ('kind', models.CharField(choices=[('SETTLEMENT', 'nộp phí, lệ phí'), ('SURPLUS', 'tiền thừa, chờ hoàn trả'), ('ORPHAN', 'tiền chưa rõ của khoản nào'), ('REVERSAL', 'bút toán đảo')], max_length=12)),
                        ('source', models.CharField(choices=[('GATEWAY', 'trực tuyến'), ('CASH', 'tiền mặt')], max_length=8)),
                        ('amount_vnd', models.PositiveIntegerField()),
                        ('why', models.CharField(blank=True, choices=[('ALREADY_SETTLED', 'khoản này đã nộp đủ từ trước'), ('CANCELLED', 'khoản này không còn phải nộp'), ('ENDED', 'hồ sơ đã kết thúc'), ('LATE', 'tiền đến sau khi lần nộp đã hết hạn'), ('TWICE', 'một lần nộp được báo hai giao dịch'), ('WRONG_AMOUNT', 'số tiền khác số phải nộp'), ('UNKNOWN_ORDER', 'không có lần nộp mang số này'), ('EXPLAINED', 'đã rõ là của khoản nào'), ('USED', 'dùng cho khoản còn phải nộp'), ('REFUNDED', 'đã hoàn trả người nộp')], max_length=16)),
                        ('obligation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='dossiers.obligation')),
                        ('payment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='payments.payment')),
                        ('cash_receipt', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='payments.cashreceipt')),
                        ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='payments.ledgerentry')),
                        ('provider', models.CharField(blank=True, choices=[('VNPAY', 'VNPAY')], max_length=8)),
                        ('reference', models.CharField(blank=True, max_length=100)),
                        ('provider_transaction', models.CharField(blank=True, max_length=32)),
                        ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('recorded_at', models.DateTimeField()),
                        ('previous_hash', models.CharField(blank=True, max_length=64)),
                        ('hash', models.CharField(max_length=64)),
                    ],
                    options={
                        'verbose_name': 'bút toán',
                        'ordering': ('agency', 'sequence'),
                        'indexes': [models.Index(fields=['provider', 'provider_transaction'], name='ledger_by_transaction'), models.Index(condition=models.Q(('kind__in', ['SURPLUS', 'ORPHAN'])), fields=['recorded_at'], name='ledger_unplaced')],
                        'constraints': [models.UniqueConstraint(fields=('agency', 'sequence'), name='ledger_sequence_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('previous_hash', ''), ('sequence', 1)), models.Q(('sequence__gt', 1), models.Q(('previous_hash', ''), _negated=True)), _connector='OR'), name='ledger_chained'), models.CheckConstraint(condition=models.Q(('amount_vnd__gt', 0)), name='ledger_positive'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'SETTLEMENT'), _negated=True), ('obligation__isnull', False), _connector='OR'), name='ledger_settlement_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'REVERSAL'), ('reverses__isnull', False)), models.Q(models.Q(('kind', 'REVERSAL'), _negated=True), ('reverses__isnull', True)), _connector='OR'), name='ledger_reversal_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('cash_receipt__isnull', False), ('provider', ''), ('source', 'CASH')), models.Q(('cash_receipt__isnull', True), ('source', 'GATEWAY'), models.Q(('provider', ''), _negated=True)), _connector='OR'), name='ledger_source_named'), models.UniqueConstraint(condition=models.Q(('kind', 'REVERSAL'), _negated=True), fields=('cash_receipt',), name='ledger_receipt_once'), models.UniqueConstraint(condition=models.Q(('kind', 'SETTLEMENT')), fields=('payment', 'obligation'), name='ledger_settlement_once')],
                        'triggers': [pgtrigger.compiler.Trigger(name='ledger_is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fde7de784eba1611a2de89735ed556e8c8636488', operation='UPDATE OR DELETE', pgid='pgtrigger_ledger_is_append_only_0b0f1', table='payments_ledgerentry', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Refund',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.ledgerentry')),
                        ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                        ('state', models.CharField(choices=[('SUGGESTED', 'chờ kế toán xem xét'), ('PROPOSED', 'chờ lãnh đạo duyệt'), ('APPROVED', 'đã duyệt, chờ chi trả'), ('PAID', 'đã hoàn trả'), ('DECLINED', 'không hoàn trả')], default='SUGGESTED', max_length=10)),
                        ('created_at', models.DateTimeField()),
                        ('means', models.CharField(blank=True, choices=[('BANK', 'chuyển khoản'), ('CASH', 'tiền mặt tại quầy')], max_length=8)),
                        ('payee_name', models.CharField(blank=True, max_length=200, verbose_name='người nhận tiền')),
                        ('bank', models.CharField(blank=True, max_length=120, verbose_name='ngân hàng')),
                        ('account_sealed', models.BinaryField(blank=True, null=True)),
                        ('ground', models.CharField(blank=True, max_length=500, verbose_name='căn cứ hoàn trả')),
                        ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('proposed_at', models.DateTimeField(blank=True, null=True)),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('note', models.CharField(blank=True, max_length=500)),
                        ('paid_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('paid_at', models.DateTimeField(blank=True, null=True)),
                        ('reference', models.CharField(blank=True, max_length=60, verbose_name='số chứng từ')),
                    ],
                    options={
                        'verbose_name': 'khoản hoàn trả',
                        'ordering': ('created_at', 'pk'),
                        'indexes': [models.Index(fields=['agency', 'state'], name='refund_by_agency')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'DECLINED'), _negated=True), fields=('entry',), name='refund_once_per_entry'), models.CheckConstraint(condition=models.Q(('proposed_by__isnull', True), ('decided_by__isnull', True), models.Q(('proposed_by', models.F('decided_by')), _negated=True), _connector='OR'), name='refund_decided_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['PROPOSED', 'APPROVED', 'PAID']), _negated=True), models.Q(('proposed_at__isnull', False), ('proposed_by__isnull', False), models.Q(('payee_name', ''), _negated=True), models.Q(('ground', ''), _negated=True), models.Q(('means', ''), _negated=True)), _connector='OR'), name='refund_proposed_in_full'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['APPROVED', 'DECLINED', 'PAID']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='refund_decided_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'PAID'), _negated=True), models.Q(('paid_at__isnull', False), ('paid_by__isnull', False), models.Q(('reference', ''), _negated=True)), _connector='OR'), name='refund_paid_with_reference'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'DECLINED'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='refund_declined_with_reason'), models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('agency', 'means', 'reference'), name='refund_reference_once')],
                    },
                ),
            ],
        ),
        # Nothing to give back when the tables go.
        migrations.RunPython(revoke, migrations.RunPython.noop, elidable=False),
    ]
