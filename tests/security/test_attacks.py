"""Attacks that peers have met and that no other test plays; docs/threat-model.md lists them all."""

import ast
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import NumberSeries
from dossiers import codes
from dossiers.enums import DossierState
from dossiers.models import Dossier
from procedures.enums import RevisionState
from procedures.models import Revision
from tests.factories.accounts import CitizenFactory, StaffFactory, UnitFactory
from tests.factories.dossiers import DossierPaperFactory, dossier_at, office
from tests.factories.procedures import OfferFactory, ProcedureFactory
from tests.guardrails import source

pytestmark = pytest.mark.django_db


def test_a_file_is_a_strangers_by_no_way_of_asking(client):
    """Attack: a file by its address, whole or in part, by other methods and other words."""
    dossier = dossier_at(DossierState.DECIDED, place=office("tan-an"))
    file_id = DossierPaperFactory(dossier=dossier).file_id
    addresses = [
        reverse("dossiers:file", args=[dossier.code, file_id]),
        reverse("dossiers:preview", args=[dossier.code, file_id, 1]),
        reverse("dossiers:slip", args=[dossier.code, dossier.slips.first().pk]),
        reverse("dossiers:result", args=[dossier.code]),
    ]
    elsewhere = office("tra-linh")
    strangers = [
        CitizenFactory(),
        elsewhere.clerk,
        elsewhere.leader,
        StaffFactory(role=Role.PUBLISHER, unit=elsewhere.agency),
        StaffFactory(role=Role.SYSTEM_ADMIN, unit=elsewhere.agency),
    ]

    for person in (None, *strangers):
        if person is not None:
            client.force_login(person)
        for address in addresses:
            answers = [
                client.get(address),
                client.head(address),
                client.get(address, headers={"Range": "bytes=0-99"}),
                client.get(address, {"download": "1"}),
                client.get(address, headers={"HX-Request": "true"}),
            ]
            assert {one.status_code for one in answers} <= {302, 401, 403, 404}, (person, address)
    client.force_login(dossier.owner)
    assert client.get(addresses[0]).status_code == 200


def test_codes_go_on_past_the_four_digits_of_a_day():
    """Attack: ten thousand dossiers in a day, so that the number wraps or collides."""
    agency, at = UnitFactory(), datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    with transaction.atomic():
        codes.new_code(agency=agency, at=at)
        NumberSeries.objects.filter(unit=agency).update(last=9_998)
        made = [codes.new_code(agency=agency, at=at) for _number in range(3)]

    assert [code.rpartition("-")[2] for code in made] == ["9999", "10000", "10001"]
    assert [codes.clean_code(code) for code in made] == made


def test_names_of_fields_in_an_address_ask_the_database_nothing(client):
    """Attack: parameters that a careless view would hand to filter() or order_by()."""
    readers = {
        "dossiers:mine": CitizenFactory(),
        "dossiers:queue": StaffFactory(role=Role.CLERK),
        "accounts:unit_people": StaffFactory(role=Role.UNIT_ADMIN),
    }
    hostile = {
        "sort": "password",
        "order_by": "owner__password",
        "ordering": "-owner__identity_hash",
        "_connector": "OR 1=1) --",
        "_negated": "1",
        "owner__password__startswith": "pbkdf2",
        "x.y__z": "1",
    }

    for name, reader in readers.items():
        client.force_login(reader)
        assert client.get(reverse(name)).status_code == 200, name
        assert client.get(reverse(name), hostile).status_code == 200, name


def test_request_words_reach_no_query_as_names():
    """Attack: dictionary expansion of a request into filter(), annotate() or order_by()."""
    asked = ("GET", "POST", "COOKIES", "headers", "META", "body")
    offenders = [
        f"{name}:{call.lineno}"
        for name, tree in source.modules(*source.APPS)
        for call in source.calls(tree)
        if source.called_name(call)
        in {"filter", "exclude", "annotate", "order_by", "get", "values"}
        for keyword in call.keywords
        if keyword.arg is None
        and any(f"request.{word}" in ast.unparse(keyword.value) for word in asked)
    ]

    assert offenders == []


def test_no_view_redirects_to_what_a_request_says():
    """Attack: open redirect; an address of the request goes through `own_path` or not at all."""
    offenders = [
        f"{name}:{call.lineno}"
        for name, tree in source.modules(*source.APPS)
        for call in source.calls(tree)
        if source.called_name(call) in {"redirect", "HttpResponseRedirect"}
        and any(
            word in ast.unparse(call)
            for word in ("request.GET", "request.POST", "request.META", "request.headers")
        )
    ]

    assert offenders == []


def test_a_draft_of_the_catalogue_is_shown_to_nobody(client):
    """Attack: guessing the page of a procedure, or the words of a revision, before its day."""
    fresh = ProcedureFactory(name="Thủ tục chưa ai được biết")
    Revision.objects.create(procedure=fresh, number=1, name=fresh.name, summary="Dự thảo bí mật")
    known = OfferFactory().procedure
    Revision.objects.create(
        procedure=known,
        number=99,
        name="Tên mới chưa công bố",
        summary="Dự thảo bí mật",
        state=RevisionState.DRAFT,
    )
    pages = [
        client.get(reverse("procedures:detail", args=[fresh.code])),
        client.get(reverse("procedures:detail", args=[known.code])),
        client.get(reverse("procedures:search"), {"q": "du thao bi mat"}),
        client.get(reverse("operations:home")),
    ]

    for page in pages:
        assert "Dự thảo bí mật" not in page.text
        assert "Tên mới chưa công bố" not in page.text


def test_no_dossier_of_others_opens_by_any_way_of_naming_it(client):
    """Attack: a fresh account that asks for one dossier after another, by code and by number."""
    place = office("tan-an")
    others = [dossier_at(DossierState.SUBMITTED, place=place) for _number in range(5)]
    client.force_login(CitizenFactory())

    for dossier in Dossier.objects.filter(pk__in=[one.pk for one in others]):
        for word in (dossier.code, dossier.code.lower(), str(dossier.pk), dossier.submission_key):
            for name in ("detail", "done", "supplement", "withdraw", "looks", "result"):
                answer = client.get(reverse(f"dossiers:{name}", args=[word]))
                assert answer.status_code == 404, (name, word)
