"""Closed vocabularies of money. Values are codes; labels are what people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Provider(models.TextChoices):
    VNPAY = "VNPAY", "VNPAY"


class PaymentState(models.TextChoices):
    """
    Where an attempt stands. What is unknown stays REDIRECTED: no answer is never a failure.

    Only success is final: money that a later report proves undoes every other state.
    """

    REDIRECTED = "REDIRECTED", _("chờ kết quả từ cổng thanh toán")
    SUCCEEDED = "SUCCEEDED", _("đã nhận tiền")
    FAILED = "FAILED", _("không thành công")
    CANCELLED = "CANCELLED", _("người nộp đã hủy")
    EXPIRED = "EXPIRED", _("hết hạn, không thấy nộp")
    SUSPECT = "SUSPECT", _("đã trừ tiền, ngân hàng đang kiểm tra")


class MessageKind(models.TextChoices):
    IPN = "IPN", _("cổng thanh toán báo")
    RETURN = "RETURN", _("trình duyệt quay về")
    QUERY = "QUERY", _("trả lời câu hỏi của ta")


class Verdict(models.TextChoices):
    """What became of one inbound message."""

    STORED = "STORED", _("đã lưu, chưa xử lý")
    SEEN = "SEEN", _("chữ ký đúng, không đổi gì")
    RECORDED = "RECORDED", _("đã ghi nhận")
    KNOWN = "KNOWN", _("đã biết từ trước")
    UNSEEN = "UNSEEN", _("cổng thanh toán chưa thấy người nộp")
    UNCLEAR = "UNCLEAR", _("chưa rõ kết quả")
    UNKNOWN_ORDER = "UNKNOWN_ORDER", _("không có lần nộp này")
    WRONG_AMOUNT = "WRONG_AMOUNT", _("sai số tiền")
    BAD_SIGNATURE = "BAD_SIGNATURE", _("sai chữ ký")
    MALFORMED = "MALFORMED", _("thiếu thông tin")
    FAILED = "FAILED", _("lỗi của hệ thống, sẽ làm lại")


class EntryKind(models.TextChoices):
    SETTLEMENT = "SETTLEMENT", _("nộp phí, lệ phí")
    SURPLUS = "SURPLUS", _("tiền thừa, chờ hoàn trả")
    ORPHAN = "ORPHAN", _("tiền chưa rõ của khoản nào")
    REVERSAL = "REVERSAL", _("bút toán đảo")


class Source(models.TextChoices):
    GATEWAY = "GATEWAY", _("trực tuyến")
    CASH = "CASH", _("tiền mặt")


class Why(models.TextChoices):
    """Why money does not settle what it was meant for, or why an entry is taken back."""

    ALREADY_SETTLED = "ALREADY_SETTLED", _("khoản này đã nộp đủ từ trước")
    CANCELLED = "CANCELLED", _("khoản này không còn phải nộp")
    ENDED = "ENDED", _("hồ sơ đã kết thúc")
    LATE = "LATE", _("tiền đến sau khi lần nộp đã hết hạn")
    TWICE = "TWICE", _("một lần nộp được báo hai giao dịch")
    WRONG_AMOUNT = "WRONG_AMOUNT", _("số tiền khác số phải nộp")
    UNKNOWN_ORDER = "UNKNOWN_ORDER", _("không có lần nộp mang số này")
    EXPLAINED = "EXPLAINED", _("đã rõ là của khoản nào")
    USED = "USED", _("dùng cho khoản còn phải nộp")
    REFUNDED = "REFUNDED", _("đã hoàn trả người nộp")


class RefundState(models.TextChoices):
    SUGGESTED = "SUGGESTED", _("chờ kế toán xem xét")
    PROPOSED = "PROPOSED", _("chờ lãnh đạo duyệt")
    APPROVED = "APPROVED", _("đã duyệt, chờ chi trả")
    PAID = "PAID", _("đã hoàn trả")
    DECLINED = "DECLINED", _("không hoàn trả")


class RefundMeans(models.TextChoices):
    BANK = "BANK", _("chuyển khoản")
    CASH = "CASH", _("tiền mặt tại quầy")
