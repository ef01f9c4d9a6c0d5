"""What happens to accounts and doors: the closed list of kinds of security events. Pure data."""

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SecurityEventKind(StrEnum):
    """What happened. Kept as text without a choice list: a new kind needs no migration."""

    SIGNED_IN = "signed-in"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 -- what happened
    PHONE_CHANGED = "phone-changed"
    EMAIL_CHANGED = "email-changed"
    SIGNED_OUT_ELSEWHERE = "signed-out-elsewhere"
    LOOKED_UP_AT_COUNTER = "looked-up-at-counter"
    IDENTITY_SEEN = "identity-seen"
    RECOVERED_AT_COUNTER = "recovered-at-counter"
    MERGE_PROPOSED = "merge-proposed"
    MERGE_DECLINED = "merge-declined"
    MERGED = "merged"
    ROLE_GRANTED = "role-granted"
    ROLE_ENDED = "role-ended"
    ROLE_DELEGATED = "role-delegated"
    DELEGATION_ENDED = "delegation-ended"
    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"
    SMALL_OFFICE_SET = "small-office-set"
    SIGN_IN_FAILED = "sign-in-failed"
    PASSWORD_RESET = "password-reset"  # noqa: S105 -- what happened
    REGISTERED = "registered"
    REGISTERED_AGAIN = "registered-again"
    TRACKING_ENUMERATION = "tracking-enumeration"
    REFUSED_OFTEN = "refused-often"
    OPENED_MANY = "opened-many"
    AUDIT_READ = "audit-read"
    ORGANISATION_DECLARED = "organisation-declared"
    ORGANISATION_SEEN = "organisation-seen"
    REPRESENTATIVE_INVITED = "representative-invited"
    REPRESENTATIVE_ACCEPTED = "representative-accepted"
    REPRESENTATIVE_ENDED = "representative-ended"
    MANDATE_GIVEN = "mandate-given"
    MANDATE_ACCEPTED = "mandate-accepted"
    MANDATE_DECLINED = "mandate-declined"
    MANDATE_REVOKED = "mandate-revoked"
    MANDATE_USED = "mandate-used"
    ACTING_BEGUN = "acting-begun"
    ACTING_ENDED = "acting-ended"
    SECOND_FACTOR_ENROLLED = "second-factor-enrolled"
    SECOND_FACTOR_REFUSED = "second-factor-refused"
    SECOND_FACTOR_RESET = "second-factor-reset"
    RECOVERY_CODE_USED = "recovery-code-used"
    RECOVERY_CODES_REPLACED = "recovery-codes-replaced"
    STAFF_INVITED = "staff-invited"
    STAFF_LINK_SENT = "staff-link-sent"
    STAFF_LINK_REVOKED = "staff-link-revoked"
    STAFF_LINK_USED = "staff-link-used"
    EID_ACCOUNT_OPENED = "eid-account-opened"
    EID_LINKED = "eid-linked"
    EID_UNLINKED = "eid-unlinked"
    EID_CONFIRMED = "eid-confirmed"
    EID_CONFLICT = "eid-conflict"
    CONSENTED = "consented"
    DATA_REQUESTED = "data-requested"
    DATA_REQUEST_ANSWERED = "data-request-answered"
    DATA_REQUEST_EXTENDED = "data-request-extended"
    DATA_REQUEST_DONE = "data-request-done"
    DATA_REQUEST_REFUSED = "data-request-refused"
    DATA_COPY_ASKED = "data-copy-asked"
    DATA_COPY_FETCHED = "data-copy-fetched"
    DATA_ERASED = "data-erased"
    DOSSIERS_DISPOSED = "dossiers-disposed"
    SMS_SURGE = "sms-surge"
    SMS_UNUSED = "sms-unused"
    REQUESTS_MANY = "requests-many"
    ADMIN_CHANGED = "admin-changed"


LABELS: Final[dict[SecurityEventKind, Promise]] = {
    SecurityEventKind.SIGNED_IN: _("Đăng nhập"),
    SecurityEventKind.PASSWORD_CHANGED: _("Đổi mật khẩu"),
    SecurityEventKind.PHONE_CHANGED: _("Đổi số điện thoại"),
    SecurityEventKind.EMAIL_CHANGED: _("Đổi hoặc xác nhận thư điện tử"),
    SecurityEventKind.SIGNED_OUT_ELSEWHERE: _("Đăng xuất thiết bị khác"),
    SecurityEventKind.LOOKED_UP_AT_COUNTER: _("Tìm tài khoản tại quầy"),
    SecurityEventKind.IDENTITY_SEEN: _("Đối chiếu giấy tờ tại quầy"),
    SecurityEventKind.RECOVERED_AT_COUNTER: _("Khôi phục tài khoản tại quầy"),
    SecurityEventKind.MERGE_PROPOSED: _("Đề nghị gộp tài khoản"),
    SecurityEventKind.MERGE_DECLINED: _("Không gộp tài khoản"),
    SecurityEventKind.MERGED: _("Gộp tài khoản"),
    SecurityEventKind.ROLE_GRANTED: _("Giao vai trò"),
    SecurityEventKind.ROLE_ENDED: _("Thôi vai trò"),
    SecurityEventKind.ROLE_DELEGATED: _("Ủy quyền khi vắng mặt"),
    SecurityEventKind.DELEGATION_ENDED: _("Thu hồi ủy quyền khi vắng mặt"),
    SecurityEventKind.ACCOUNT_DISABLED: _("Khóa tài khoản"),
    SecurityEventKind.ACCOUNT_ENABLED: _("Mở lại tài khoản"),
    SecurityEventKind.SMALL_OFFICE_SET: _("Đổi chế độ cơ quan ít người"),
    SecurityEventKind.SIGN_IN_FAILED: _("Đăng nhập sai nhiều lần"),
    SecurityEventKind.PASSWORD_RESET: _("Đặt lại mật khẩu"),
    SecurityEventKind.REGISTERED: _("Mở tài khoản"),
    SecurityEventKind.REGISTERED_AGAIN: _("Đăng ký lại với số đã có tài khoản"),
    SecurityEventKind.TRACKING_ENUMERATION: _("Dò mã hồ sơ"),
    SecurityEventKind.REFUSED_OFTEN: _("Mở nhiều hồ sơ không thuộc quyền"),
    SecurityEventKind.OPENED_MANY: _("Mở hơn 100 hồ sơ trong một giờ"),
    SecurityEventKind.AUDIT_READ: _("Xem nhật ký kiểm tra"),
    SecurityEventKind.ORGANISATION_DECLARED: _("Khai tổ chức"),
    SecurityEventKind.ORGANISATION_SEEN: _("Đối chiếu giấy tờ của tổ chức"),
    SecurityEventKind.REPRESENTATIVE_INVITED: _("Mời người đại diện"),
    SecurityEventKind.REPRESENTATIVE_ACCEPTED: _("Nhận làm người đại diện"),
    SecurityEventKind.REPRESENTATIVE_ENDED: _("Thôi đại diện"),
    SecurityEventKind.MANDATE_GIVEN: _("Ủy quyền"),
    SecurityEventKind.MANDATE_ACCEPTED: _("Nhận ủy quyền"),
    SecurityEventKind.MANDATE_DECLINED: _("Từ chối ủy quyền"),
    SecurityEventKind.MANDATE_REVOKED: _("Chấm dứt ủy quyền"),
    SecurityEventKind.MANDATE_USED: _("Nộp hồ sơ theo ủy quyền"),
    SecurityEventKind.ACTING_BEGUN: _("Chuyển sang thực hiện thay"),
    SecurityEventKind.ACTING_ENDED: _("Thôi thực hiện thay"),
    SecurityEventKind.SECOND_FACTOR_ENROLLED: _("Cài ứng dụng xác thực"),
    SecurityEventKind.SECOND_FACTOR_REFUSED: _("Nhập sai mã xác thực"),
    SecurityEventKind.SECOND_FACTOR_RESET: _("Gỡ ứng dụng xác thực"),
    SecurityEventKind.RECOVERY_CODE_USED: _("Dùng mã dự phòng"),
    SecurityEventKind.RECOVERY_CODES_REPLACED: _("Tạo bộ mã dự phòng mới"),
    SecurityEventKind.STAFF_INVITED: _("Mời cán bộ"),
    SecurityEventKind.STAFF_LINK_SENT: _("Gửi đường dẫn đặt mật khẩu"),
    SecurityEventKind.STAFF_LINK_REVOKED: _("Thu hồi đường dẫn đặt mật khẩu"),
    SecurityEventKind.STAFF_LINK_USED: _("Dùng đường dẫn đặt mật khẩu"),
    SecurityEventKind.EID_ACCOUNT_OPENED: _("Mở tài khoản bằng định danh điện tử"),
    SecurityEventKind.EID_LINKED: _("Liên kết định danh điện tử"),
    SecurityEventKind.EID_UNLINKED: _("Bỏ liên kết định danh điện tử"),
    SecurityEventKind.EID_CONFIRMED: _("Xác nhận lại bằng định danh điện tử"),
    SecurityEventKind.EID_CONFLICT: _("Định danh điện tử không khớp tài khoản"),
    SecurityEventKind.CONSENTED: _("Đồng ý xử lý dữ liệu cá nhân"),
    SecurityEventKind.DATA_REQUESTED: _("Gửi yêu cầu về dữ liệu cá nhân"),
    SecurityEventKind.DATA_REQUEST_ANSWERED: _("Trả lời yêu cầu về dữ liệu cá nhân"),
    SecurityEventKind.DATA_REQUEST_EXTENDED: _("Gia hạn yêu cầu về dữ liệu cá nhân"),
    SecurityEventKind.DATA_REQUEST_DONE: _("Thực hiện yêu cầu về dữ liệu cá nhân"),
    SecurityEventKind.DATA_REQUEST_REFUSED: _("Từ chối yêu cầu về dữ liệu cá nhân"),
    SecurityEventKind.DATA_COPY_ASKED: _("Yêu cầu bản sao dữ liệu"),
    SecurityEventKind.DATA_COPY_FETCHED: _("Tải bản sao dữ liệu"),
    SecurityEventKind.DATA_ERASED: _("Xóa dữ liệu cá nhân"),
    SecurityEventKind.DOSSIERS_DISPOSED: _("Tiêu hủy hồ sơ hết thời hạn lưu"),
    SecurityEventKind.SMS_SURGE: _("Tin nhắn mã xác nhận tăng bất thường"),
    SecurityEventKind.SMS_UNUSED: _("Nhiều mã xác nhận gửi đi không ai dùng"),
    SecurityEventKind.REQUESTS_MANY: _("Mở trang quá nhanh"),
    SecurityEventKind.ADMIN_CHANGED: _("Sửa cấu hình ở trang quản trị"),
}


def label_of(kind: str) -> str:
    """Return an event's kind in words, or as it is stored where no word is left for it."""
    known = set(SecurityEventKind)
    return str(LABELS[SecurityEventKind(kind)]) if kind in known else kind
