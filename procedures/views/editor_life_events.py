"""The editors' pages of life events: words, procedures in order, shown or hidden."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import StaffRequest
from portal.core.text import whole_number
from procedures.forms.life_events import AddEntryForm, EventForm, NeedForm
from procedures.models import LifeEvent, LifeEventEntry, NoSuchProcedure
from procedures.selectors import life_events as selectors
from procedures.services import life_events as services
from procedures.views.editor_frame import editors_only, show

MENU: Final = "procedures:editor_events"
_SAID: Final[dict[type[Exception], str | Promise]] = {
    NoSuchProcedure: gettext_lazy("Không có thủ tục còn hiệu lực nào mang mã này."),
    services.AlreadyThere: gettext_lazy("Sự kiện đã có thủ tục này."),
    services.TooMany: gettext_lazy("Sự kiện đã đủ 20 thủ tục. Bỏ bớt một thủ tục trước."),
}


@require_safe
@editors_only
def index(request: StaffRequest) -> HttpResponse:
    """List every event in the order of the public page."""
    context = {"events": list(selectors.list_edited())}
    return show(request, "procedures/editor/events.html", context, menu=MENU)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def add(request: StaffRequest) -> HttpResponseBase:
    """Write a new event; it is hidden until somebody shows it."""
    form = EventForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        event = services.add_event(text=form.text())
        messages.success(request, _("Đã thêm sự kiện. Thêm thủ tục rồi bấm “Hiện trên cổng”."))
        return redirect("procedures:editor_event", event.pk)
    return show(
        request,
        "procedures/editor/event_form.html",
        {"form": form, "title": _("Thêm sự kiện")},
        menu=MENU,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def edit(request: StaffRequest, event_id: int) -> HttpResponseBase:
    """Show an event with its procedures; on POST, change its words."""
    event = _event(event_id)
    form = EventForm(request.POST if request.method == "POST" else None, initial=vars(event))
    if form.is_valid():
        services.change_event(event_id=event.pk, text=form.text())
        messages.success(request, _("Đã lưu."))
        return redirect("procedures:editor_event", event.pk)
    return _show_event(request, event, form=form)


@require_POST
@editors_only
def add_entry(request: StaffRequest, event_id: int) -> HttpResponseBase:
    """Add a procedure at the end of an event."""
    event = _event(event_id)
    form = AddEntryForm(request.POST)
    if form.is_valid():
        try:
            services.add_entry(event_id=event.pk, **form.cleaned_data)
        except tuple(_SAID) as error:
            form.add_error("code", str(_SAID[type(error)]))
        else:
            messages.success(request, _("Đã thêm thủ tục vào cuối danh sách."))
            return redirect("procedures:editor_event", event.pk)
    return _show_event(request, event, added=form)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def edit_entry(request: StaffRequest, event_id: int, entry_id: int) -> HttpResponseBase:
    """Change the sentence of a procedure."""
    event = _event(event_id)
    entry = LifeEventEntry.objects.filter(event=event, pk=entry_id).first()
    if entry is None:
        raise Http404
    form = NeedForm(
        request.POST if request.method == "POST" else None, initial={"need": entry.need}
    )
    if form.is_valid():
        try:
            services.change_entry(event_id=event.pk, entry_id=entry_id, **form.cleaned_data)
        except services.EventAbsent as absent:
            raise Http404 from absent
        return redirect("procedures:editor_event", event.pk)
    context = {
        "form": form,
        "title": entry.procedure.name,
        "back_url": reverse("procedures:editor_event", args=[event.pk]),
        "back_text": event.title,
    }
    return show(
        request,
        "procedures/editor/event_form.html",
        context,
        menu=MENU,
        status=422 if form.errors else 200,
    )


@require_POST
@editors_only
def remove_entry(request: StaffRequest, event_id: int, entry_id: int) -> HttpResponseBase:
    """Take a procedure out of an event."""
    try:
        services.remove_entry(event_id=event_id, entry_id=entry_id)
    except services.EventAbsent as absent:
        raise Http404 from absent
    messages.success(request, _("Đã bỏ thủ tục khỏi sự kiện. Bản thân thủ tục không thay đổi."))
    return redirect("procedures:editor_event", event_id)


@require_POST
@editors_only
def move_entry(request: StaffRequest, event_id: int, entry_id: int) -> HttpResponseBase:
    """Move a procedure one place up or down."""
    try:
        services.move_entry(
            event_id=event_id, entry_id=entry_id, seen_at=_seen(request), up=_is_up(request)
        )
    except services.EventAbsent as absent:
        raise Http404 from absent
    except services.OrderChanged:
        _warn_of_order(request)
    return redirect("procedures:editor_event", event_id)


@require_POST
@editors_only
def move(request: StaffRequest, event_id: int) -> HttpResponseBase:
    """Move an event one place up or down."""
    event = _event(event_id)
    try:
        services.move_event(event_id=event.pk, seen_at=_seen(request), up=_is_up(request))
    except services.OrderChanged:
        _warn_of_order(request)
    return redirect(MENU)


@require_POST
@editors_only
def show_or_hide(request: StaffRequest, event_id: int) -> HttpResponseBase:
    """Show an event to the public, or hide it."""
    event, shown = _event(event_id), request.POST.get("shown") == "1"
    try:
        services.show_event(event_id=event.pk, shown=shown)
    except services.NothingToShow:
        messages.warning(request, _("Thêm ít nhất một thủ tục còn hiệu lực rồi mới hiện được."))
    else:
        said = _("Sự kiện đã hiện trên cổng.") if shown else _("Sự kiện đã ẩn khỏi cổng.")
        messages.success(request, said)
    return redirect("procedures:editor_event", event.pk)


def _show_event(
    request: StaffRequest,
    event: LifeEvent,
    *,
    form: EventForm | None = None,
    added: AddEntryForm | None = None,
) -> HttpResponse:
    add_url = reverse("procedures:editor_event_add_entry", args=[event.pk])
    here = reverse("procedures:editor_event", args=[event.pk])
    form = form or EventForm(initial=vars(event))
    added = added or AddEntryForm()
    form.helper.form_action, added.helper.form_action = here, add_url
    context = {
        "event": event,
        "entries": selectors.list_entries(event),
        "form": form,
        "add_form": added,
    }
    status = 422 if form.errors or added.errors else 200
    return show(request, "procedures/editor/event.html", context, menu=MENU, status=status)


def _event(event_id: int) -> LifeEvent:
    event = LifeEvent.objects.filter(pk=event_id).first()
    if event is None:
        raise Http404
    return event


def _seen(request: StaffRequest) -> int:
    """Return which row it was on the page; -1, which none is, for anything else."""
    seen = whole_number(request.POST.get("seen", ""))
    return -1 if seen is None else seen


def _is_up(request: StaffRequest) -> bool:
    return request.POST.get("to") == "up"


def _warn_of_order(request: StaffRequest) -> None:
    messages.warning(request, _("Thứ tự vừa thay đổi, chưa chuyển gì. Xem lại danh sách bên dưới."))
