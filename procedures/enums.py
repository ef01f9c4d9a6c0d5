"""Closed vocabularies of the catalogue. Values are codes; labels are what people read."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProcedureState(models.TextChoices):
    LISTED = "LISTED", _("chưa đủ thông tin")
    PUBLISHED = "PUBLISHED", _("đã công bố")
    REPEALED = "REPEALED", _("đã bãi bỏ")


class RevisionState(models.TextChoices):
    DRAFT = "DRAFT", _("dự thảo")
    IN_REVIEW = "IN_REVIEW", _("chờ duyệt")
    SCHEDULED = "SCHEDULED", _("đã hẹn công bố")
    PUBLISHED = "PUBLISHED", _("đã công bố")
    SUPERSEDED = "SUPERSEDED", _("đã thay thế")


# What is still being worked on; none of it is seen by the public.
WORKING: Final = (RevisionState.DRAFT, RevisionState.IN_REVIEW, RevisionState.SCHEDULED)

# The version of a draft that a page shows where there is none.
NO_DRAFT: Final = -1


class FilingChannel(models.TextChoices):
    ONLINE = "ONLINE", _("trực tuyến")
    COUNTER = "COUNTER", _("trực tiếp tại quầy")
    POST = "POST", _("qua bưu chính")


class ResultDelivery(models.TextChoices):
    ONLINE = "ONLINE", _("nhận bản điện tử")
    COUNTER = "COUNTER", _("nhận tại quầy")
    POST = "POST", _("nhận qua bưu chính")


class TimeUnit(models.TextChoices):
    WORKING_DAYS = "WORKING_DAYS", _("ngày làm việc")
    CALENDAR_DAYS = "CALENDAR_DAYS", _("ngày")
    HOURS = "HOURS", _("giờ làm việc")
    SAME_DAY = "SAME_DAY", _("trong ngày")
    NONE_GIVEN = "NONE_GIVEN", _("theo từng trường hợp")


class FeeKind(models.TextChoices):
    SERVICE = "SERVICE", _("phí")
    CHARGE = "CHARGE", _("lệ phí")


class FeeStatus(models.TextChoices):
    AMOUNT = "AMOUNT", _("có mức thu")
    FREE = "FREE", _("không thu")
    # A zero with text, or text alone: never free, never payable until a person fixes the amount.
    UNDETERMINED = "UNDETERMINED", _("chưa xác định")


class FeeUnit(models.TextChoices):
    OCCASION = "OCCASION", _("lần")
    COPY = "COPY", _("bản")
    PAGE = "PAGE", _("trang")


class FeeMoment(models.TextChoices):
    AT_FILING = "AT_FILING", _("khi nộp hồ sơ")
    AFTER_ACCEPTANCE = "AFTER_ACCEPTANCE", _("sau khi hồ sơ được tiếp nhận")
    AT_RESULT = "AT_RESULT", _("khi nhận kết quả")


class PaperSource(models.TextChoices):
    UPLOAD = "UPLOAD", _("tải lên hoặc chụp ảnh")
    EFORM = "EFORM", _("khai trực tuyến, hệ thống tự lập tờ khai")
    SHOW = "SHOW", _("chỉ xuất trình tại quầy")


class ServiceMode(models.TextChoices):
    FULL = "FULL", _("toàn trình")
    PARTIAL = "PARTIAL", _("một phần")
    INFORMATION = "INFORMATION", _("cung cấp thông tin")


class ExchangeKind(models.TextChoices):
    """What a file that was brought in lists."""

    PACKAGE = "PACKAGE", _("gói thủ tục đầy đủ (.json, .zip)")
    PROCEDURES = "PROCEDURES", _("danh sách thủ tục (.xlsx)")
    OFFERS = "OFFERS", _("danh sách dịch vụ của đơn vị (.xlsx)")
    FEES = "FEES", _("danh sách mức thu của địa phương (.xlsx)")


class ExchangeState(models.TextChoices):
    """Where a file that was brought in stands; only CHECKED waits for a person."""

    RECEIVED = "RECEIVED", _("đang kiểm tra")
    CHECKED = "CHECKED", _("đã kiểm tra, chờ xác nhận")
    REFUSED = "REFUSED", _("không nhập được")
    CONFIRMED = "CONFIRMED", _("đang nhập")
    DONE = "DONE", _("đã nhập")


class ArticleKind(models.TextChoices):
    GUIDE = "GUIDE", _("hướng dẫn")
    QUESTION = "QUESTION", _("câu hỏi thường gặp")
    ANNOUNCEMENT = "ANNOUNCEMENT", _("thông báo")


class ArticleTopic(models.TextChoices):
    """What a guide or an answer is about, in the order of the public page."""

    ACCOUNT = "ACCOUNT", _("Tài khoản và đăng nhập")
    FILING = "FILING", _("Nộp hồ sơ")
    PAPERS = "PAPERS", _("Giấy tờ")
    TRACKING = "TRACKING", _("Tra cứu, theo dõi hồ sơ")
    PAYMENT = "PAYMENT", _("Phí, lệ phí và thanh toán")
    RESULT = "RESULT", _("Nhận kết quả")
    MANDATE = "MANDATE", _("Ủy quyền, làm thay người khác")
    PRIVACY = "PRIVACY", _("Bảo mật và dữ liệu cá nhân")
    OTHER = "OTHER", _("Việc khác")


class TextState(models.TextChoices):
    DRAFT = "DRAFT", _("bản nháp")
    IN_REVIEW = "IN_REVIEW", _("chờ duyệt")
    PUBLISHED = "PUBLISHED", _("đã công bố")


class ClipType(models.TextChoices):
    MP4 = "video/mp4", "MP4"
    WEBM = "video/webm", "WebM"


class LifeEventIcon(models.TextChoices):
    """Drawings of static/img/icons.svg that stand for a moment of life."""

    BABY = "baby", _("em bé")
    RING = "ring", _("nhẫn cưới")
    CANDLE = "candle", _("ngọn nến")
    HOUSE = "house", _("ngôi nhà")
    CRANE = "crane", _("cần cẩu")
    SHOP = "shop", _("cửa hàng")
    SCHOOL = "school", _("trường học")
    STAMP = "stamp", _("con dấu")
    PAPERS = "papers", _("giấy tờ")
    LAND = "land", _("thửa đất")
    CAR = "car", _("xe")
    HEART = "heart", _("trái tim")
    PEOPLE = "users", _("nhóm người")
    BUILDING = "building", _("tòa nhà")


class Subject(models.TextChoices):
    """Who a procedure is for, as people choose it: the record has many spellings of these."""

    PERSON = "ca-nhan", _("Cá nhân, hộ gia đình")
    BUSINESS = "doanh-nghiep", _("Doanh nghiệp")
    COOPERATIVE = "hop-tac-xa", _("Hợp tác xã")
    ORGANISATION = "to-chuc", _("Cơ quan, tổ chức")
    OFFICIAL = "can-bo", _("Cán bộ, công chức, viên chức")
    FOREIGNER = "nguoi-nuoc-ngoai", _("Người nước ngoài")
    OVERSEAS = "viet-kieu", _("Người Việt ở nước ngoài")
