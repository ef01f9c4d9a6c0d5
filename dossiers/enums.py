"""Closed vocabularies of dossiers. Values are codes; labels are what people read."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class DossierState(models.TextChoices):
    """The ten states of the national portal; `NATIONAL_NUMBERS` in lifecycle numbers them."""

    SUBMITTED = "SUBMITTED", _("Mới đăng ký")
    ACCEPTED = "ACCEPTED", _("Được tiếp nhận")
    REFUSED = "REFUSED", _("Không được tiếp nhận")
    PROCESSING = "PROCESSING", _("Đang xử lý")
    SUPPLEMENT = "SUPPLEMENT", _("Yêu cầu bổ sung giấy tờ")
    PAYMENT = "PAYMENT", _("Yêu cầu thực hiện nghĩa vụ tài chính")
    WITHDRAWN = "WITHDRAWN", _("Công dân yêu cầu rút hồ sơ")
    STOPPED = "STOPPED", _("Dừng xử lý")
    DECIDED = "DECIDED", _("Đã xử lý xong")
    RETURNED = "RETURNED", _("Đã trả kết quả")


class Action(models.TextChoices):
    """What happened to a dossier; every event names exactly one."""

    SUBMIT = "SUBMIT", _("Nộp hồ sơ")
    ACCEPT = "ACCEPT", _("Tiếp nhận hồ sơ")
    REFUSE = "REFUSE", _("Từ chối tiếp nhận")
    REOPEN = "REOPEN", _("Mở lại hồ sơ bị từ chối")
    UNDO_ACCEPTANCE = "UNDO_ACCEPTANCE", _("Hủy tiếp nhận")
    ASK_SUPPLEMENT = "ASK_SUPPLEMENT", _("Yêu cầu bổ sung")
    ANSWER_SUPPLEMENT = "ANSWER_SUPPLEMENT", _("Bổ sung hồ sơ")
    ASK_PAYMENT = "ASK_PAYMENT", _("Yêu cầu nộp phí, lệ phí")
    SETTLE = "SETTLE", _("Đã nộp đủ phí, lệ phí")
    START = "START", _("Bắt đầu xử lý")
    STOP = "STOP", _("Dừng giải quyết")
    RESTART = "RESTART", _("Mở lại hồ sơ đã dừng")
    DECIDE = "DECIDE", _("Có kết quả giải quyết")
    RECALL = "RECALL", _("Thu hồi kết quả chưa trả")
    RETURN = "RETURN", _("Trả kết quả")
    WITHDRAW = "WITHDRAW", _("Rút hồ sơ")
    # The actions below leave the state as it is.
    CLAIM = "CLAIM", _("Nhận việc")
    FORWARD = "FORWARD", _("Chuyển bước")
    SEND_BACK = "SEND_BACK", _("Trả lại bước trước")
    PROPOSE = "PROPOSE", _("Trình kết quả")
    APPROVE = "APPROVE", _("Phê duyệt")
    RECORD_PAYMENT = "RECORD_PAYMENT", _("Ghi nhận tiền đã nộp")
    FIX_FEE = "FIX_FEE", _("Xác định mức phí, lệ phí")
    PROPOSE_EXTENSION = "PROPOSE_EXTENSION", _("Trình gia hạn")
    DECLINE_EXTENSION = "DECLINE_EXTENSION", _("Không đồng ý gia hạn")
    EXTEND = "EXTEND", _("Xin lỗi và hẹn lại ngày trả kết quả")
    RECORD_REFUND = "RECORD_REFUND", _("Ghi nhận tiền đã hoàn trả")


# What the leader alone may take back, each time with a reason.
REVERSING: Final = frozenset({Action.REOPEN, Action.UNDO_ACCEPTANCE, Action.RESTART, Action.RECALL})


class StepOutcome(models.TextChoices):
    DONE = "DONE", _("đã xong")
    SENT_BACK = "SENT_BACK", _("trả lại")
    CLOSED = "CLOSED", _("đóng")


class FilingOrigin(models.TextChoices):
    PORTAL = "PORTAL", _("cổng này")
    COUNTER = "COUNTER", _("quầy một cửa")
    NATIONAL = "NATIONAL", _("Cổng Dịch vụ công quốc gia")


class PartyRole(models.TextChoices):
    SUBMITTER = "SUBMITTER", _("người nộp")
    APPLICANT = "APPLICANT", _("chủ hồ sơ")
    CO_APPLICANT = "CO_APPLICANT", _("cùng đứng tên")
    MANDATE_HOLDER = "MANDATE_HOLDER", _("người được ủy quyền")
    RECIPIENT = "RECIPIENT", _("người nhận kết quả")


class Relation(models.TextChoices):
    SELF = "SELF", _("chính tôi")
    MINOR_CHILD = "MINOR_CHILD", _("con chưa thành niên")
    # By a notarised paper, uploaded with the dossier.
    PRINCIPAL = "PRINCIPAL", _("người ủy quyền bằng giấy")


class ScanState(models.TextChoices):
    QUARANTINED = "QUARANTINED", _("đang chờ quét")
    UNSCANNED = "UNSCANNED", _("chưa quét")
    CLEAN = "CLEAN", _("an toàn")
    INFECTED = "INFECTED", _("có mã độc")


class SupplementStage(models.TextChoices):
    INTAKE = "INTAKE", _("kiểm tra khi tiếp nhận")
    APPRAISAL = "APPRAISAL", _("thẩm định")


class DecisionOutcome(models.TextChoices):
    GRANTED = "GRANTED", _("đồng ý giải quyết")
    PARTLY = "PARTLY", _("đồng ý một phần")
    REFUSED = "REFUSED", _("không đồng ý giải quyết")


class DecisionKind(models.TextChoices):
    ELECTRONIC = "ELECTRONIC", _("trình và duyệt trên hệ thống")
    ON_THE_SPOT = "ON_THE_SPOT", _("ký giấy tại chỗ")


class SlipKind(models.TextChoices):
    ACCEPTANCE = "ACCEPTANCE", _("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
    SUPPLEMENT = "SUPPLEMENT", _("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
    REFUSAL = "REFUSAL", _("Phiếu từ chối tiếp nhận giải quyết hồ sơ")
    PROOF = "PROOF", _("Giấy xác nhận đã nộp hồ sơ")
    DECLARATION = "DECLARATION", _("Tờ khai")
    FEE_CONFIRMATION = "FEE_CONFIRMATION", _("Giấy xác nhận đã nộp phí, lệ phí")
    APOLOGY = "APOLOGY", _("Văn bản xin lỗi và hẹn lại ngày trả kết quả")
    STOP = "STOP", _("Thông báo dừng giải quyết hồ sơ")


class ExtensionCause(models.TextChoices):
    """Why a promised date is not kept: on whose side it lies, never on the citizen's."""

    AGENCY = "AGENCY", _("cơ quan giải quyết xử lý chậm")
    COORDINATION = "COORDINATION", _("cơ quan phối hợp trả lời chậm")
    VERIFICATION = "VERIFICATION", _("phải xác minh, kiểm tra thực tế thêm")
    TECHNICAL = "TECHNICAL", _("hệ thống gặp sự cố")
    FORCE_MAJEURE = "FORCE_MAJEURE", _("thiên tai, dịch bệnh, sự kiện bất khả kháng")


class DeliveryState(models.TextChoices):
    HANDED_OVER = "HANDED_OVER", _("đã trao tận tay")
    ONLINE = "ONLINE", _("đã gửi bản điện tử")
    IN_TRANSIT = "IN_TRANSIT", _("đang chuyển qua bưu chính")
    DELIVERED = "DELIVERED", _("bưu chính đã giao")
    SENT_BACK = "SENT_BACK", _("bưu chính chuyển hoàn")
    LOST = "LOST", _("thất lạc")


class AccessKind(models.TextChoices):
    """What somebody was shown of a dossier."""

    PAGE = "PAGE", _("trang hồ sơ")
    SUMMARY = "SUMMARY", _("tóm tắt bên danh sách")
    FILE = "FILE", _("giấy tờ")
    SLIP = "SLIP", _("phiếu, giấy hẹn")
    RESULT = "RESULT", _("kết quả")
    MONEY = "MONEY", _("khoản phải nộp, tên người nộp")
    # Without sign-in, by a one-time code to a phone or e-mail that stands on the dossier.
    PROVED = "PROVED", _("trang tra cứu chi tiết, bằng mã xác nhận")
