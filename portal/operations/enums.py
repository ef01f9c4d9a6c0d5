"""Closed vocabularies of requests about personal data."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestKind(models.TextChoices):
    """What a person may ask of those who keep their data."""

    ACCESS = "ACCESS", _("xem, nhận bản sao dữ liệu")
    CORRECT = "CORRECT", _("sửa dữ liệu")
    ERASE = "ERASE", _("xóa dữ liệu và đóng tài khoản")
    RESTRICT = "RESTRICT", _("hạn chế xử lý dữ liệu")
    OBJECT = "OBJECT", _("phản đối việc xử lý dữ liệu")
    WITHDRAW = "WITHDRAW", _("rút lại sự đồng ý")


class RequestState(models.TextChoices):
    RECEIVED = "RECEIVED", _("chờ trả lời")
    IN_PROGRESS = "IN_PROGRESS", _("đã nhận, đang thực hiện")
    DONE = "DONE", _("đã thực hiện")
    REFUSED = "REFUSED", _("không thực hiện được")


OPEN_REQUESTS: Final = (RequestState.RECEIVED, RequestState.IN_PROGRESS)
