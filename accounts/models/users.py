"""People: citizens and staff, two kinds of rows with two ways to sign in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.enums import IdentityKind, IdentityLevel, Role, UserKind
from accounts.models.acting import Acting
from accounts.models.units import Unit
from portal.core import crypto
from portal.core.history import tracked
from portal.core.passports import passport_hash
from portal.core.text import fold

# An operator gives a number that is no longer used to somebody else, after some months.
PHONE_PROVES: Final = timedelta(days=365)
# First and last day counted.
LONGEST_DELEGATION: Final = timedelta(days=30)


class UserQuerySet(models.QuerySet["User"]):
    def citizens(self) -> Self:
        return self.filter(kind=UserKind.CITIZEN)

    def staff(self) -> Self:
        return self.filter(kind=UserKind.STAFF)

    def usable(self) -> Self:
        """Narrow to accounts that may sign in: active and not merged into another."""
        return self.filter(is_active=True, merged_into__isnull=True)

    def proven_by_phone(self, phone: str, *, at: datetime) -> Self:
        """Narrow to accounts that this phone still proves: one proved, or one used, of late."""
        since = at - PHONE_PROVES
        is_recent = Q(phone_verified_at__gte=since) | Q(last_login__gte=since)
        return self.filter(is_recent, phone=phone, phone_verified_at__isnull=False)

    def proven_by_email(self, email: str) -> Self:
        """Narrow to accounts of this address whose owner has confirmed it."""
        return self.filter(email=email, email_verified_at__isnull=False).exclude(email="")


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, *, username: str, password: str | None, **fields: Any) -> User:
        """Store a user with a hashed password; None makes a password that never matches."""
        user: User = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@tracked(only=("kind", "identity_level", "is_active", "merged_into", "consent_version"))
class User(AbstractBaseUser):
    """
    One person's account.

    `username` is the sign-in name of staff and a random handle of citizens, who sign in with
    identity number, phone or e-mail. A phone is a contact, not a key: accounts may share one.
    """

    username = models.CharField(_("tên đăng nhập"), max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=UserKind)
    full_name = models.CharField(_("họ và tên"), max_length=120)
    folded_name = models.CharField(max_length=120, editable=False)
    date_of_birth = models.DateField(_("ngày sinh"), null=True, blank=True)
    # Digits with country code, 84912345678.
    phone = models.CharField(_("số điện thoại"), max_length=15, blank=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    address = models.CharField(_("nơi cư trú"), max_length=300, blank=True)
    # Which paper the number below stands on; of a passport, whose: ISO 3166, "" for a number.
    identity_kind = models.CharField(
        max_length=8,
        choices=IdentityKind,
        default=IdentityKind.NUMBER,
        db_default=IdentityKind.NUMBER.value,
    )
    nationality = models.CharField(
        _("quốc tịch"), max_length=2, blank=True, default="", db_default=""
    )
    identity_sealed = models.BinaryField(null=True, blank=True, editable=False)
    identity_hash = models.CharField(max_length=64, blank=True, editable=False)
    identity_level = models.CharField(
        max_length=16, choices=IdentityLevel, default=IdentityLevel.DECLARED
    )
    title = models.CharField(_("chức danh"), max_length=120, blank=True)
    # Which words about personal data this person agreed to, and when; "" for staff.
    consent_version = models.CharField(max_length=16, blank=True, default="", db_default="")
    consented_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    # Part of what a session is checked by: a new value ends every session of the account.
    session_nonce = models.CharField(
        max_length=32, blank=True, default="", db_default="", editable=False
    )
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = UserManager()

    # For whom this person acts in this request, found in the rows by the middleware; None: self.
    acting: Acting | None = None

    class Meta:
        verbose_name = _("tài khoản")
        indexes = [
            models.Index("identity_hash", name="user_identity", condition=~Q(identity_hash="")),
            models.Index("phone", name="user_phone", condition=~Q(phone="")),
            models.Index("email", name="user_email", condition=~Q(email="")),
        ]
        constraints = [
            # Only a proven number belongs to one account; a declared one blocks nobody.
            models.UniqueConstraint(
                fields=["identity_hash"],
                condition=Q(
                    identity_level__in=[IdentityLevel.SEEN, IdentityLevel.EID],
                    kind=UserKind.CITIZEN,
                    merged_into__isnull=True,
                )
                & ~Q(identity_hash=""),
                name="user_proven_identity_unique",
            ),
            models.CheckConstraint(condition=Q(kind__in=UserKind.values), name="user_kind_known"),
            models.CheckConstraint(
                condition=Q(identity_kind=IdentityKind.NUMBER)
                | (Q(identity_kind=IdentityKind.PASSPORT) & ~Q(nationality="")),
                name="user_passport_has_country",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The folded name follows the name whoever saves it; update_fields is widened to match.
        self.folded_name = fold(self.full_name)
        fields = kwargs.get("update_fields")
        if fields is not None and "full_name" in fields:
            kwargs["update_fields"] = {*fields, "folded_name"}
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django asks this one for former SECRET_KEYs too: rotating the key still signs nobody out.
        if not self.session_nonce:
            plain: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
            return plain
        return salted_hmac(
            "accounts.models.User.session",
            f"{self.password}\x1f{self.session_nonce}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def is_staff_member(self) -> bool:
        return self.kind == UserKind.STAFF

    @property
    def is_citizen(self) -> bool:
        return self.kind == UserKind.CITIZEN

    @property
    def identity_number(self) -> str:
        """The identity number in clear, "" when there is none."""
        return crypto.unseal(bytes(self.identity_sealed)) if self.identity_sealed else ""

    @property
    def acting_key(self) -> str:
        """Return the name of the context in which this person acts, "" for themselves."""
        return self.acting.key if self.acting else ""

    def proven_contacts(self) -> list[str]:
        """Return the keyed hashes of what surely is this person's: a phone, an identity number."""
        contacts = [crypto.keyed_hash(self.phone)] if self.phone and self.phone_verified_at else []
        is_seen = self.identity_level in {IdentityLevel.SEEN, IdentityLevel.EID}
        return [*contacts, self.identity_hash] if is_seen and self.identity_hash else contacts

    @property
    def has_passport(self) -> bool:
        """Tell whether this person is known by a passport rather than an identity number."""
        return self.identity_kind == IdentityKind.PASSPORT

    @property
    def confirmed_email(self) -> str:
        """The e-mail address that its owner has confirmed, "" when there is none."""
        return self.email if self.email_verified_at else ""

    def set_identity_number(self, number: str) -> None:
        """Seal a cleaned 12-digit number and keep its keyed hash for search."""
        self.identity_kind, self.nationality = IdentityKind.NUMBER, ""
        self.identity_sealed = crypto.seal(number)
        self.identity_hash = crypto.keyed_hash(number)

    def set_passport(self, number: str, *, country: str) -> None:
        """Seal a cleaned passport number; its hash is never that of an identity number."""
        self.identity_kind, self.nationality = IdentityKind.PASSPORT, country
        self.identity_sealed = crypto.seal(number)
        self.identity_hash = passport_hash(number, country=country)


class StaffRoleQuerySet(models.QuerySet["StaffRole"]):
    def in_force(self, *, on: date) -> Self:
        """Narrow to roles that count on a day: one that was ended counts no more that day."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            Q(ended_at__isnull=True) | Q(ended_at__date__gt=on),
            valid_from__lte=on,
        )

    def own(self) -> Self:
        """Leave out what is held for somebody absent."""
        return self.filter(on_behalf_of__isnull=True)

    def delegated(self) -> Self:
        return self.filter(on_behalf_of__isnull=False)

    def live(self, *, on: date) -> Self:
        """Narrow to roles that count on the day `on` or will count later."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on), ended_at__isnull=True
        )

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


@tracked()
class StaffRole(models.Model):
    """
    A role that a member of staff holds in one unit for a time.

    With `on_behalf_of` it is held for somebody absent: for thirty days at most, and only while
    that person holds it. It is not passed on to a third.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_roles")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="staff_roles")
    role = models.CharField(_("vai trò"), max_length=16, choices=Role)
    valid_from = models.DateField(_("từ ngày"))
    valid_until = models.DateField(_("đến ngày"), null=True, blank=True)
    on_behalf_of = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="delegated_roles"
    )
    granted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(null=True, blank=True)
    # Ended by a person before its last day: from this moment it counts no more.
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = StaffRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vai trò cán bộ")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role", "valid_from"],
                condition=Q(on_behalf_of__isnull=True, ended_at__isnull=True),
                name="staff_role_once",
            ),
            models.UniqueConstraint(
                fields=["user", "unit", "role", "on_behalf_of", "valid_from"],
                condition=Q(on_behalf_of__isnull=False, ended_at__isnull=True),
                name="staff_role_delegated_once",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of__isnull=True)
                | (
                    ~Q(on_behalf_of=F("user"))
                    & Q(valid_until__isnull=False)
                    & Q(valid_until__lt=F("valid_from") + LONGEST_DELEGATION)
                ),
                name="staff_role_delegated_for_a_month",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="staff_role_period_ordered",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")),
                name="staff_role_not_granted_to_oneself",
            ),
        ]
        indexes = [
            models.Index(
                fields=["on_behalf_of"],
                name="staff_role_delegated",
                condition=Q(on_behalf_of__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.unit_id}"
