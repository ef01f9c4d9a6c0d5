"""The outbox of notices."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    # A database from before the first release (a kept demo) goes on: it has all of these.
    replaces = [
        ('notices', '0001_initial'),
        ('notices', '0002_representation'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('medium', models.CharField(choices=[('sms', 'Tin nhắn SMS'), ('email', 'Thư điện tử'), ('in_app', 'Hộp thư trên cổng')], max_length=8, verbose_name='kênh thông báo')),
                ('kind', models.SlugField(db_index=False, max_length=60, verbose_name='loại')),
                ('to', models.CharField(blank=True, max_length=254, verbose_name='nơi nhận')),
                ('recipient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL, verbose_name='người nhận')),
                ('context', models.CharField(blank=True, db_default='', default='', max_length=40)),
                ('subject_key', models.CharField(blank=True, max_length=120, verbose_name='đối tượng')),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='tiêu đề')),
                ('body', models.TextField(blank=True, verbose_name='nội dung')),
                ('attachments', models.JSONField(blank=True, default=list, verbose_name='tệp đính kèm')),
                ('is_secret', models.BooleanField(default=False, verbose_name='có mã bí mật')),
                ('dedupe_key', models.CharField(max_length=200, unique=True)),
                ('message_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(verbose_name='lúc tạo')),
                ('due_at', models.DateTimeField(verbose_name='gửi từ lúc')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='hết hiệu lực lúc')),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='số lần thử')),
                ('first_tried_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='lúc gửi')),
                ('provider_id', models.CharField(blank=True, max_length=120, verbose_name='mã của nhà cung cấp')),
                ('failed_at', models.DateTimeField(blank=True, null=True, verbose_name='lúc thôi gửi')),
                ('last_error', models.CharField(blank=True, max_length=80, verbose_name='lỗi gần nhất')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='lúc đọc')),
            ],
            options={
                'verbose_name': 'thông báo',
                'verbose_name_plural': 'thông báo',
                'indexes': [models.Index(condition=models.Q(('failed_at', None), ('sent_at', None)), fields=['due_at'], name='notice_unsent'), models.Index(condition=models.Q(('failed_at__isnull', False)), fields=['-failed_at'], name='notice_failed'), models.Index(condition=models.Q(('medium', 'in_app')), fields=['recipient', '-created_at'], name='notice_inbox'), models.Index(fields=['subject_key', '-created_at'], name='notice_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('medium__in', ['sms', 'email', 'in_app'])), name='notice_medium_known'), models.CheckConstraint(condition=models.Q(('sent_at', None), ('failed_at', None), _connector='OR'), name='notice_sent_or_failed'), models.CheckConstraint(condition=models.Q(('failed_at', None), models.Q(('last_error', ''), _negated=True), _connector='OR'), name='notice_failure_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('medium', 'in_app'), _negated=True), models.Q(('recipient__isnull', False), ('sent_at__isnull', False)), _connector='OR'), name='notice_in_app_is_delivered_to_somebody'), models.CheckConstraint(condition=models.Q(('medium', 'in_app'), models.Q(('to', ''), _negated=True), _connector='OR'), name='notice_has_address'), models.CheckConstraint(condition=models.Q(('read_at', None), ('medium', 'in_app'), _connector='OR'), name='notice_only_in_app_is_read'), models.CheckConstraint(condition=models.Q(('expires_at', None), ('expires_at__gte', models.F('created_at')), _connector='OR'), name='notice_expires_after_creation')],
            },
        ),
    ]
