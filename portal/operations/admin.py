"""
Configuration that no page of ours edits, for system administrators only: Django's own admin.

A site of its own at /quan-tri/, behind the staff's sign-in, the role held today and a code of the
last 15 minutes. It holds few tables, none of dossiers, money or people; nothing is deleted here,
logs are read only. What is saved is a security event and, for tracked tables, a version.
"""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_safe

from accounts.decorators import fresh_proof_required, staff_required
from accounts.enums import PayWay, Role, UnitKind
from accounts.models import CollectingAccount, CounterNetwork, SecurityEvent, Unit, User
from accounts.requests import SignedInRequest, StaffRequest
from accounts.security import SecurityEventKind, label_of
from accounts.services import security
from portal.operations.models import AuditDigest

View = Callable[..., HttpResponseBase]


def _is_admin(request: HttpRequest) -> bool:
    if not isinstance(request.user, User) or not request.user.is_staff_member:
        return False
    return any(held.role == Role.SYSTEM_ADMIN for held in cast(StaffRequest, request).roles)


class SystemSite(admin.AdminSite):
    site_title = _("Quản trị hệ thống")
    site_header = _("Quản trị hệ thống")
    index_title = _("Cấu hình và nhật ký")
    site_url = None
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        return _is_admin(request)

    def admin_view(self, view: View, cacheable: bool = False) -> Any:
        """Guard a view as every page of staff is, instead of with a sign-in of its own."""

        # The token is asked for before the proof, which keeps what was posted.
        @csrf_protect
        @staff_required(Role.SYSTEM_ADMIN)
        @fresh_proof_required
        def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        # The middleware reads where to sign in here.
        guarded.login_url = "/can-bo/dang-nhap/"  # type: ignore[attr-defined]
        return guarded

    def get_urls(self) -> list[Any]:
        """Return the pages there are: no sign-in, no passwords, no deletion, no other site's."""
        pages = [
            path("", self.admin_view(self.index), name="index"),
            path("jsi18n/", self.admin_view(self.i18n_javascript), name="jsi18n"),
            path("<slug:app_label>/", self.admin_view(self.app_index), name="app_list"),
        ]
        for model, table in self._registry.items():
            shown = cast(_Table, table)
            options = model._meta  # noqa: SLF001 -- Django's public name for it
            place = f"{options.app_label}/{options.model_name}"
            name = f"{options.app_label}_{options.model_name}"
            pages += [
                path(
                    f"{place}/", self.admin_view(shown.changelist_view), name=f"{name}_changelist"
                ),
                path(
                    f"{place}/<str:object_id>/",
                    self.admin_view(
                        shown.change_view if shown.may_change else require_safe(shown.change_view)
                    ),
                    name=f"{name}_change",
                ),
            ]
            if shown.may_add:
                pages.insert(
                    -1, path(f"{place}/moi/", self.admin_view(shown.add_view), name=f"{name}_add")
                )
        return pages


site = SystemSite(name="admin")


class _Table(admin.ModelAdmin[Any]):
    """Rows that a system administrator may add and change, never delete."""

    list_per_page = 50
    show_full_result_count = False
    may_add = may_change = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_admin(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and _is_admin(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_change and _is_admin(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save in the transaction of the page, with its event: which row and fields, no value."""
        if not (self.may_change if change else self.may_add):
            raise PermissionDenied
        super().save_model(request, obj, form, change)
        data = {
            "table": obj._meta.db_table,  # noqa: SLF001
            "row": obj.pk,
            "fields": sorted(form.changed_data),
        }
        by = cast(SignedInRequest, request).user
        security.record(
            SecurityEventKind.ADMIN_CHANGED, at=timezone.now(), user=by, actor=by, data=data
        )

    # Django's own log would keep how a row calls itself; the event above takes its place.
    def log_addition(self, *_args: Any, **_kwargs: Any) -> Any:
        return None

    def log_change(self, *_args: Any, **_kwargs: Any) -> Any:
        return None


class _ReadOnly(_Table):
    may_add = may_change = False


class _CollectingAccountForm(forms.ModelForm[CollectingAccount]):
    ways = forms.MultipleChoiceField(
        label=_("Cách thu"), choices=PayWay.choices, widget=forms.CheckboxSelectMultiple
    )


@admin.register(CollectingAccount, site=site)
class CollectingAccountAdmin(_Table):
    form = _CollectingAccountForm
    list_display = ("unit", "number", "bank", "valid_from", "valid_until")
    list_select_related = ("unit",)
    search_fields = ("unit__name", "number")
    ordering = ("unit__name", "-valid_from")

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = Unit.objects.agencies().order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(CounterNetwork, site=site)
class CounterNetworkAdmin(_Table):
    list_display = ("network", "unit", "note", "is_open")
    list_select_related = ("unit",)
    search_fields = ("network", "unit__name")
    ordering = ("unit__name", "network")

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = Unit.objects.agencies().order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Unit, site=site)
class UnitAdmin(_Table):
    """Names, as the paper forms print them, and until when a unit exists; the rest has its page."""

    may_add = False
    list_display = ("name", "kind", "tier", "code", "valid_until")
    list_filter = ("kind", "tier")
    search_fields = ("name", "code")
    ordering = ("name",)
    fields = (
        "kind", "tier", "code", "key", "parent_name",
        "name", "superior_name", "place_name", "valid_from", "valid_until",
    )  # fmt: skip
    readonly_fields = ("kind", "tier", "code", "key", "parent_name")

    @admin.display(description=_("đơn vị cấp trên"))
    def parent_name(self, unit: Unit) -> str:
        return unit.parent.name if unit.parent else str(UnitKind(unit.kind).label)


@admin.register(SecurityEvent, site=site)
class SecurityEventAdmin(_ReadOnly):
    """Accounts by number only: whose it is, is said on the auditor's page, masked."""

    list_display = ("at", "words", "user_id", "actor_id", "data")
    list_filter = ("kind",)
    fields = list_display
    ordering = ("-at", "-pk")

    @admin.display(description=_("việc"))
    def words(self, event: SecurityEvent) -> str:
        return label_of(event.kind)


@admin.register(AuditDigest, site=site)
class AuditDigestAdmin(_ReadOnly):
    list_display = ("sequence", "day", "table", "count", "short_hash", "made_at")
    fields = (
        "sequence",
        "day",
        "table",
        "count",
        "first_id",
        "last_id",
        "sha256",
        "hash",
        "made_at",
    )
    ordering = ("-sequence",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditDigest]:
        # Some megabytes each, which no list shows.
        return super().get_queryset(request).defer("leaves")

    @admin.display(description=_("niêm phong"))
    def short_hash(self, digest: AuditDigest) -> str:
        return gettext("%s…") % digest.hash[:16]
