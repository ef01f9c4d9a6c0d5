"""The pages of a filing that ask something: each builds its form, and saves what was typed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dossiers import filing
from dossiers.clients import client_of
from dossiers.filing import FilingStep, Place
from dossiers.forms.filing import AgencyForm, FilingForm, PeopleForm, ReturnForm
from dossiers.models import Draft
from dossiers.people import FIELDS as PEOPLE_FIELDS
from dossiers.returns import asked_rules
from dossiers.selectors import filing as pages
from dossiers.services import draft_steps
from dossiers.views.filing_frame import Desk, desk_of, not_yet, show
from portal.core.places import national_places
from portal.core.text import whole_number
from procedures.eform.answers import Typed
from procedures.eform.definition import Definition
from procedures.eform.drafts import head_of
from procedures.eform.forms import SectionForm, posted_answers
from procedures.eform.prefill import prefill

ASKING = (FilingStep.AGENCY, FilingStep.PEOPLE, FilingStep.FORM, FilingStep.RETURN)
RECALCULATE = "tinh"


def show_step(desk: Desk, place: Place, *, status: int = 200) -> HttpResponse:
    """Show the page of a step with what is stored."""
    context = _context(desk, place) | {"form": _stored_form(desk, place)}
    return show(desk, place, place.step.value, context, status=status)


def take_step(desk: Desk, place: Place) -> HttpResponse:
    """Save a posted step and lead on; with errors show them, with everything still there."""
    is_final = not _keeps_page(desk, place)
    try:
        draft = save_step(desk, place, is_final=is_final and desk.reaches(place))
    except draft_steps.SavedElsewhere:
        context = _context(desk, place) | {"form": _posted_form(desk, place), "elsewhere": True}
        return show(desk, place, place.step.value, context, status=409)
    after = desk_of(desk.request, draft)
    if not is_final:
        return redirect(f"{after.url(place, keeps_return=True)}#{_anchor(desk)}")
    if not after.reaches(place):
        return not_yet(after, place)
    if place.mark in draft.done_steps:
        return redirect(after.next_url(place))
    context = _context(after, place) | {"form": _posted_form(after, place)}
    return show(after, place, place.step.value, context, status=422)


def save_step(desk: Desk, place: Place, *, is_final: bool) -> Draft:
    """Store what was posted for a step, right or wrong."""
    post = desk.request.POST
    common: dict[str, Any] = {
        "draft_id": desk.draft.pk,
        "owner": desk.request.user,
        "page": desk.page_mark(),
        "is_final": is_final,
        "at": timezone.now(),
    }
    if place.step is FilingStep.AGENCY:
        return draft_steps.save_agency(
            agency_id=whole_number(post.get("agency", "")),
            case_key=post.get("case", ""),
            **common,
        )
    if place.step is FilingStep.PEOPLE:
        typed = {name: post[name] for name in PEOPLE_FIELDS if name in post}
        return draft_steps.save_people(typed=typed, **common)
    if place.step is FilingStep.RETURN:
        return draft_steps.save_return(
            method=post.get("method", ""),
            address=post.get("address"),
            quantities=_starting(post, "quantity_"),
            exemptions=_starting(post, "exemption_"),
            **common,
        )
    return draft_steps.save_section(
        section=place.section, typed=_section_typed(desk, place.section), **common
    )


def _stored_form(desk: Desk, place: Place) -> Any:
    draft = desk.draft
    if place.step is FilingStep.AGENCY:
        initial = {"agency": str(draft.agency_id or ""), "case": draft.case_key}
        return _agency_form(desk, initial=initial)
    if place.step is FilingStep.PEOPLE:
        return _people_form(desk, initial=filing.typed_people(draft))
    if place.step is FilingStep.RETURN:
        initial = {
            "method": draft.return_method,
            "address": draft.return_address or filing.typed_people(draft)["address"],
            **{f"quantity_{key}": value for key, value in draft.fee_quantities.items()},
            **{f"exemption_{key}": value for key, value in draft.fee_exemptions.items()},
        }
        return _return_form(desk, initial=initial)
    definition = desk.filing.definition
    if definition is None:
        return None
    typed = prefill(definition, pages.account_sources(desk.filing), typed=desk.filing.typed)
    return _section_form(desk, definition, place.section, typed=typed)


def _posted_form(desk: Desk, place: Place) -> Any:
    post, verdict = desk.request.POST, desk.verdict
    form: FilingForm
    if place.step is FilingStep.AGENCY:
        form = _agency_form(desk, data=post)
        if desk.filing.offer is None:
            form.show({"agency": _first(verdict.problems, place)})
        elif desk.filing.case is None:
            form.show({"case": _first(verdict.problems, place)})
        return form
    if place.step is FilingStep.PEOPLE:
        form = _people_form(desk, data=post)
        form.show(verdict.people.errors)
        return form
    if place.step is FilingStep.RETURN:
        form = _return_form(desk, data=post)
        form.show(verdict.returning.errors)
        return form
    definition = desk.filing.definition
    if definition is None:
        return None
    return _section_form(desk, definition, place.section, typed=desk.filing.typed, data=post)


def _section_form(
    desk: Desk, definition: Definition, section: str, *, typed: Typed, data: Any = None
) -> SectionForm:
    return SectionForm(
        definition,
        section,
        today=desk.filing.today,
        typed=typed,
        data=data,
        places=national_places(),
        communes_url=reverse("procedures:communes"),
    )


def _context(desk: Desk, place: Place) -> dict[str, Any]:
    """Return what a page shows beside its form."""
    page = desk.filing
    context: dict[str, Any] = {"elsewhere": False}
    if place.step is FilingStep.AGENCY:
        agencies = pages.list_agencies(page)
        context |= {
            "agencies": agencies,
            "only_agency": agencies[0] if len(agencies) == 1 else None,
            "only_case": page.cases[0] if len(page.cases) == 1 else None,
        }
    elif place.step is FilingStep.PEOPLE:
        context |= {"account": pages.account_lines(page), "client": pages.client_lines(page)}
    elif place.step is FilingStep.RETURN:
        rules = asked_rules(page.terms.fees, on=page.today)
        context |= {
            "fees": pages.fee_table(page, desk.verdict),
            "can_recalculate": any(rule.asks_quantity or rule.exemptions for rule in rules),
            "recalculate": RECALCULATE,
        }
    elif page.definition is not None:
        keys = [section.key for section in desk.verdict.sections]
        section = page.definition.section(place.section)
        context |= {
            "section": section,
            "form_help": page.definition.help if keys[:1] == [place.section] else "",
            "section_number": keys.index(place.section) + 1 if place.section in keys else 1,
            "section_count": len(keys),
        }
    return context


def _agency_form(desk: Desk, **kwargs: Any) -> AgencyForm:
    agencies = pages.list_agencies(desk.filing)
    return AgencyForm(agencies=agencies, cases=desk.filing.cases, **kwargs)


def _people_form(desk: Desk, **kwargs: Any) -> PeopleForm:
    client = client_of(desk.draft)
    return PeopleForm(
        by_email=not desk.draft.owner.phone,
        client=client.name if client else "",
        is_organisation=bool(client and client.tax_code),
        **kwargs,
    )


def _return_form(desk: Desk, **kwargs: Any) -> ReturnForm:
    page = desk.filing
    unit = pages.desk_of(page)
    return ReturnForm(
        offered=page.offer.returns if page.offer else (),
        desk=unit.name if unit else "",
        rules=asked_rules(page.terms.fees, on=page.today),
        **kwargs,
    )


def _section_typed(desk: Desk, section: str) -> Typed:
    """Return all that is now typed in one section, what its conditions hide included."""
    definition, post = desk.filing.definition, desk.request.POST
    if definition is None or section not in {one.key for one in definition.sections}:
        # The form changed under the page: what was typed is still kept.
        return posted_answers(post)
    form = _section_form(desk, definition, section, typed=desk.filing.typed, data=post)
    mine = {field.key for field in form.section.fields}
    return {path: values for path, values in form.typed.items() if head_of(path) in mine}


def _keeps_page(desk: Desk, place: Place) -> bool:
    """Whether the button pressed only changes the page: a row added, a fee computed again."""
    post = desk.request.POST
    return RECALCULATE in post or "f-add" in post or "f-remove" in post


def _anchor(desk: Desk) -> str:
    post = desk.request.POST
    group = post.get("f-add") or head_of(post.get("f-remove", ""))
    return f"id_f-{group}" if group else "phi"


def _starting(post: QueryDict, start: str) -> Mapping[str, str]:
    return {name.removeprefix(start): str(post[name]) for name in post if name.startswith(start)}


def _first(problems: Mapping[str, list[str]], place: Place) -> str:
    return next(iter(problems.get(place.mark, [])), "")
