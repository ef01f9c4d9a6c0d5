"""Closed vocabularies of people and units. Values are codes; labels are what people read."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class UserKind(models.TextChoices):
    CITIZEN = "CITIZEN", _("công dân")
    STAFF = "STAFF", _("cán bộ")


class IdentityLevel(models.TextChoices):
    """How far we know that the identity number belongs to this person, weakest first."""

    DECLARED = "DECLARED", _("tự khai")
    PHONE_VERIFIED = "PHONE_VERIFIED", _("đã xác nhận số điện thoại")
    SEEN = "SEEN", _("đã đối chiếu giấy tờ tại quầy")
    EID = "EID", _("định danh điện tử")


PROVEN_IDENTITY: Final = (IdentityLevel.SEEN, IdentityLevel.EID)


class OrganisationLevel(models.TextChoices):
    """How far we know that an organisation is what its representative says, weakest first."""

    DECLARED = "DECLARED", _("tự khai")
    SEEN = "SEEN", _("đã đối chiếu giấy tờ tại quầy")
    EID = "EID", _("định danh điện tử")


PROVEN_ORGANISATION: Final = (OrganisationLevel.SEEN, OrganisationLevel.EID)


class MandateKind(models.TextChoices):
    CODE = "CODE", _("xác nhận bằng mã")
    PAPER = "PAPER", _("bằng giấy")


class MandateState(models.TextChoices):
    """Where a mandate stands today; derived, never stored."""

    OFFERED = "OFFERED", _("chờ người được ủy quyền nhận")
    UPCOMING = "UPCOMING", _("chưa đến ngày")
    ACTIVE = "ACTIVE", _("đang có hiệu lực")
    USED = "USED", _("đã dùng cho một hồ sơ")
    ENDED = "ENDED", _("đã hết hạn")
    DECLINED = "DECLINED", _("người được ủy quyền từ chối")
    REVOKED = "REVOKED", _("đã chấm dứt")


class IdentityKind(models.TextChoices):
    """Which paper says who a citizen is."""

    NUMBER = "NUMBER", _("số định danh cá nhân")
    PASSPORT = "PASSPORT", _("hộ chiếu")


class SeenPaper(models.TextChoices):
    """The paper that a clerk saw with their own eyes."""

    ID_CARD = "ID_CARD", _("thẻ căn cước hoặc căn cước công dân")
    PASSPORT = "PASSPORT", _("hộ chiếu")
    CERTIFICATE = "CERTIFICATE", _("giấy xác nhận thông tin về cư trú hoặc căn cước, có ảnh")


class MergeState(models.TextChoices):
    PROPOSED = "PROPOSED", _("chờ xác nhận")
    DONE = "DONE", _("đã gộp")
    DECLINED = "DECLINED", _("không gộp")


class UnitKind(models.TextChoices):
    AGENCY = "AGENCY", _("cơ quan")
    ONE_STOP = "ONE_STOP", _("bộ phận một cửa")
    DIVISION = "DIVISION", _("phòng")


class Tier(models.TextChoices):
    PROVINCE = "PROVINCE", _("cấp tỉnh")
    COMMUNE = "COMMUNE", _("cấp xã")


class DayKind(models.TextChoices):
    OFF = "OFF", _("ngày nghỉ")
    MAKE_UP = "MAKE_UP", _("ngày làm bù")


class Role(models.TextChoices):
    CLERK = "CLERK", _("cán bộ một cửa")
    OFFICER = "OFFICER", _("chuyên viên")
    LEADER = "LEADER", _("lãnh đạo")
    REGISTRAR = "REGISTRAR", _("văn thư")
    CASHIER = "CASHIER", _("thủ quỹ")
    EDITOR = "EDITOR", _("biên tập viên danh mục")
    PUBLISHER = "PUBLISHER", _("người công bố danh mục")
    ACCOUNTANT = "ACCOUNTANT", _("kế toán")
    SUPPORTER = "SUPPORTER", _("điểm hỗ trợ")
    UNIT_ADMIN = "UNIT_ADMIN", _("quản trị đơn vị")
    AUDITOR = "AUDITOR", _("kiểm tra viên")
    SYSTEM_ADMIN = "SYSTEM_ADMIN", _("quản trị hệ thống")


class PayWay(models.TextChoices):
    """How money may reach an agency."""

    VNPAY = "VNPAY", _("trực tuyến qua VNPAY")
    CASH = "CASH", _("tiền mặt tại quầy")


class LinkPurpose(models.TextChoices):
    """Why a member of staff was sent a link."""

    INVITATION = "INVITATION", _("lời mời")
    PASSWORD = "PASSWORD", _("đặt lại mật khẩu")


class CodePurpose(models.TextChoices):
    REGISTER = "REGISTER", _("đăng ký tài khoản")
    ROBOT_CHECK = "ROBOT_CHECK", _("xác nhận nộp hồ sơ")
    TRACK = "TRACK", _("xem chi tiết hồ sơ")
    RESET_PASSWORD = "RESET_PASSWORD", _("đặt lại mật khẩu")
    CHANGE_PHONE = "CHANGE_PHONE", _("đổi số điện thoại")
    CHANGE_EMAIL = "CHANGE_EMAIL", _("đổi thư điện tử")
    STEP_UP = "STEP_UP", _("xác nhận lại người dùng")
    MANDATE = "MANDATE", _("ủy quyền")
