"""The words of the outbox."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Medium(models.TextChoices):
    SMS = "sms", _("Tin nhắn SMS")
    EMAIL = "email", _("Thư điện tử")
    IN_APP = "in_app", _("Hộp thư trên cổng")


class NoticeStatus(models.TextChoices):
    """What a panel shows; derived from the row, never stored."""

    WAITING = "waiting", _("Đang chờ gửi")
    SENT = "sent", _("Đã gửi")
    FAILED = "failed", _("Không gửi được")


class Failure(models.TextChoices):
    """Why a notice was given up, in words that name no person; stored as `last_error`."""

    EXPIRED = "expired", _("Hết hiệu lực trước khi gửi được")
    TOO_LONG_UNANSWERED = "unanswered", _("Nhà cung cấp không nhận sau nhiều giờ thử lại")
    BAD_ADDRESS = "bad-address", _("Địa chỉ nhận không hợp lệ")
    REFUSED_ADDRESS = "refused-address", _("Nhà cung cấp từ chối địa chỉ nhận")
    BAD_MESSAGE = "bad-message", _("Nội dung không gửi được")
