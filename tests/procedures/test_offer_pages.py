"""The editors' pages of offers, and publishing that breaks none of them silently."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role, Tier
from dossiers.enums import DossierState
from portal.notices.models import Notice
from procedures.enums import FilingChannel, RevisionState
from procedures.models import Offer, Procedure, ProcessingTime, Revision
from procedures.services import offer_plan, publishing
from tests.factories.accounts import StaffFactory, UnitFactory, sign_in_proved
from tests.factories.dossiers import DossierPaperFactory, DraftFactory, dossier_at, office
from tests.factories.procedures import (
    FeeRuleFactory,
    OfferFactory,
    RevisionFactory,
    WorkflowVersionFactory,
    changing_published,
)

pytestmark = pytest.mark.django_db

ASSIGN = reverse("procedures:editor_offers_assign")
CONFIRM = reverse("procedures:editor_offers_confirm")


@pytest.fixture
def province():
    return UnitFactory(tier=Tier.PROVINCE)


@pytest.fixture
def commune(province):
    return UnitFactory(parent=province, name="Ủy ban nhân dân xã Bình Lâm")


def signed_in(role, unit):
    return sign_in_proved(Client(), StaffFactory(role=role, unit=unit))


@pytest.fixture
def editor(province, commune):
    return signed_in(Role.EDITOR, province)


@pytest.fixture
def publisher(province, commune):
    return signed_in(Role.PUBLISHER, province)


@pytest.fixture
def procedure(commune):
    procedure = RevisionFactory().procedure
    WorkflowVersionFactory(procedure=procedure)
    return procedure


def decision(**typed):
    return {
        "declared_level": "3",
        "service_mode": "PARTIAL",
        "returns": ["COUNTER"],
        "decision_number": "125/QĐ-UBND",
        "decision_date": "1/6/2026",
        "decision_annex": "Phụ lục II",
        "valid_from": timezone.localdate().strftime("%d/%m/%Y"),
        **typed,
    }


def of(*procedures, target="COMMUNE"):
    return "?" + "&".join([f"don_vi={target}", *(f"ma={one.code}" for one in procedures)])


def seen_on(page):
    return page.context["seen"][1]


def test_chosen_decided_on_seen_and_confirmed(publisher, procedure):
    other = RevisionFactory().procedure
    chosen = publisher.get(reverse("procedures:editor_offers"), {"don_vi": "COMMUNE"})
    assert f'value="{procedure.code}"' in chosen.text

    page = publisher.post(ASSIGN + of(procedure, other), decision())
    assert page.status_code == 200
    assert "2 thủ tục được giao mới" in page.text
    # The other has no workflow to run through.
    assert "Chưa có quy trình giải quyết" in page.text
    assert reverse("procedures:editor_workflow", args=[other.code]) in page.text
    assert not Offer.objects.exists()

    publisher.post(CONFIRM + of(procedure, other), decision(da_xem=seen_on(page)))

    assert Offer.objects.filter(tier=Tier.COMMUNE, decision_annex="Phụ lục II").count() == 2


def test_all_of_the_filter_is_assigned_not_only_the_page(publisher, procedure):
    RevisionFactory()

    page = publisher.post(f"{ASSIGN}?don_vi=COMMUNE&tat_ca=1&muc=1", decision())

    assert page.context["counts"]["new"] == Procedure.objects.count() == 2


def test_all_is_asked_and_what_was_typed_stays(publisher, procedure):
    page = publisher.post(ASSIGN + of(procedure), decision(decision_annex="", decision_date=""))

    assert page.status_code == 422
    assert 'value="125/QĐ-UBND"' in page.text
    assert set(page.context["form"].errors) == {"decision_annex", "decision_date"}


def test_an_editor_sees_the_dry_run_and_cannot_confirm(editor, procedure):
    page = editor.post(ASSIGN + of(procedure), decision())

    assert "1 thủ tục được giao mới" in page.text
    assert "Xác nhận giao" not in page.text
    assert editor.post(CONFIRM + of(procedure), decision()).status_code == 403


def test_confirming_asks_for_a_fresh_proof(province, procedure):
    stale = Client()
    stale.force_login(StaffFactory(role=Role.PUBLISHER, unit=province))

    stale.post(CONFIRM + of(procedure), decision(da_xem="x"))

    assert not Offer.objects.exists()


def test_a_changed_plan_is_shown_again(publisher, procedure):
    page = publisher.post(CONFIRM + of(procedure), decision(da_xem="gi-do"))

    assert page.status_code == 409
    assert "Kết quả đã khác" in page.text
    assert not Offer.objects.exists()


def test_an_agency_sees_only_itself_to_assign_to(commune, procedure):
    of_commune = signed_in(Role.PUBLISHER, commune)

    page = of_commune.get(reverse("procedures:editor_offers"))

    assert [one.value for one in page.context["targets"]] == [commune.key]
    assert of_commune.post(ASSIGN + of(procedure), decision()).status_code == 302


def test_what_the_whole_tier_is_given_counts_as_offered_to_its_units(publisher, procedure, commune):
    """Nobody mistakes a procedure of all communes for one that a commune lacks."""
    OfferFactory(procedure=procedure, workflow_version=None, declared_level=4)
    address = reverse("procedures:editor_offers")

    assert "Mức độ 4, giao chung cho tất cả xã, phường" in (
        publisher.get(address, {"don_vi": commune.key}).text
    )
    # Without a unit nothing is said of what it is offered.
    assert "Đang giao" not in publisher.get(address).text

    page = publisher.post(ASSIGN + of(procedure, target=commune.key), decision())

    assert "thay cho mức độ 4 giao chung cho cả cấp" in page.text
    assert "trong đó 1 thủ tục đang giao chung" in page.text
    assert page.context["plan"].lines[0].lowered_from == 4
    assert "125/QĐ-UBND ngày 01/06/2026, Phụ lục II" in page.text


def test_a_plan_seen_before_the_tier_got_its_offer_is_not_confirmed(publisher, procedure, commune):
    address = of(procedure, target=commune.key)
    seen = seen_on(publisher.post(ASSIGN + address, decision()))
    OfferFactory(procedure=procedure, workflow_version=None)

    page = publisher.post(CONFIRM + address, decision(da_xem=seen))

    assert page.status_code == 409
    assert Offer.objects.filter(unit=commune).count() == 0


def test_replacing_begins_with_what_is_offered_at_the_level_that_holds(
    publisher, procedure, commune
):
    OfferFactory(
        procedure=procedure,
        workflow_version=None,
        unit=commune,
        tier="",
        declared_level=3,
        deciding=commune,
    )
    Procedure.objects.update(content_level=2, paid_level=2)

    page = publisher.get(ASSIGN + of(procedure, target=commune.key))

    initial = page.context["form"].initial
    assert (initial["declared_level"], initial["service_mode"]) == (2, "INFORMATION")
    assert initial["returns"] == ["COUNTER", "ONLINE"]
    assert initial["deciding"] == commune.pk
    assert "Mức thực có là 2" in page.text
    assert procedure.name in page.text
    # Of several nothing is guessed.
    several = publisher.get(ASSIGN + of(procedure, RevisionFactory().procedure))
    assert "returns" not in several.context["form"].initial


def test_more_than_a_decision_has_is_said_so(publisher, procedure, monkeypatch):
    monkeypatch.setattr(offer_plan, "MOST", 1)

    page = publisher.post(ASSIGN + of(procedure, RevisionFactory().procedure), decision())

    assert page.status_code == 302
    told = publisher.get(page["Location"]).text
    assert "Lọc theo lĩnh vực rồi giao từng phần" in told


def test_the_end_of_an_own_offer_names_what_holds_then(publisher, procedure, commune):
    OfferFactory(procedure=procedure, workflow_version=None, declared_level=1)
    own = OfferFactory(procedure=procedure, workflow_version=None, unit=commune, tier="")

    page = publisher.get(reverse("procedures:editor_offer_end", args=[procedure.code, own.pk]))

    assert "đã giao chung: Mọi cơ quan cấp xã, mức độ 1" in page.text


def test_what_mends_a_content_leads_into_a_draft_that_is_yet_to_begin(editor, procedure):
    part = reverse("procedures:editor_part", args=[procedure.code, "truong-hop"])

    page = editor.get(part, follow=True)

    assert "Bấm “Soạn bản sửa đổi” để bắt đầu" in page.text
    assert '<input type="hidden" name="phan" value="truong-hop">' in page.text
    draft = reverse("procedures:editor_draft", args=[procedure.code])
    assert editor.post(draft, {"phan": "truong-hop"})["Location"] == part
    assert editor.post(draft, {"phan": "//x"})["Location"] == draft


@pytest.mark.parametrize("query", ["", "?don_vi=COMMUNE", "?don_vi=x&ma=x", "?muc=9&trang=x"])
def test_odd_addresses_are_answered_in_words(publisher, procedure, query):
    assert publisher.get(reverse("procedures:editor_offers") + query).status_code == 200
    assert publisher.get(ASSIGN + query).status_code == 302


def test_contradictions_are_listed_counted_and_filtered(editor, procedure):
    OfferFactory(
        procedure=procedure,
        declared_level=4,
        workflow_version=procedure.workflow_versions.get(),
    )
    OfferFactory(workflow_version=None)
    OfferFactory()  # holds what it declares
    Procedure.objects.filter(pk=procedure.pk).update(content_level=2, paid_level=2)
    address = reverse("procedures:editor_contradictions")

    page = editor.get(address)
    by_workflow = editor.get(address, {"vi": "quy-trinh"})

    assert page.context["listed"].total == 2
    assert [chip.count for chip in page.context["listed"].causes] == [1, 1, 0, 0]
    assert [chip.count for chip in page.context["listed"].tiers] == [2, 0]
    assert [row.offer.workflow_version_id for row in by_workflow.context["listed"].rows] == [None]
    assert "Công bố mức độ 3, thực có mức độ 2" in by_workflow.text


def test_a_missing_account_is_no_page_of_the_editors_but_somebody_s_work(
    editor, procedure, commune
):
    OfferFactory(
        procedure=procedure,
        declared_level=4,
        workflow_version=procedure.workflow_versions.get(),
    )
    with changing_published():
        FeeRuleFactory(case=procedure.current_revision.cases.get(), channels=[FilingChannel.ONLINE])
    Procedure.objects.filter(pk=procedure.pk).update(content_level=3, paid_level=4)

    page = editor.get(reverse("procedures:editor_contradictions"))

    [row] = page.context["listed"].rows
    [mend] = [one for one in row.mends if one.who]
    assert mend.url == ""
    assert f"quản trị đơn vị của {commune.name} đề nghị, quản trị hệ thống ghi" in mend.who
    assert mend.who in page.text
    assert reverse("accounts:unit_agencies") not in page.text


def test_an_offer_is_ended_from_the_page_of_its_procedure(publisher, procedure):
    offer = OfferFactory(procedure=procedure, workflow_version=None)
    page = publisher.get(reverse("procedures:editor_offers_of", args=[procedure.code]))
    address = reverse("procedures:editor_offer_end", args=[procedure.code, offer.pk])
    assert address in page.text
    typed = {"decision_number": "130/QĐ", "decision_date": "1/6/2026"}

    wrong = publisher.post(address, {**typed, "last_day": "1/1/2026"})
    assert wrong.status_code == 422
    tomorrow = timezone.localdate() + timedelta(days=1)
    publisher.post(address, {**typed, "last_day": tomorrow.strftime("%d/%m/%Y")})

    assert Offer.objects.get().valid_until == tomorrow
    assert Offer.objects.get().end_decision == "130/QĐ"


class TestBreaking:
    """A draft without online times carries level 2, where an offer declares 3."""

    @pytest.fixture
    def offer(self, procedure):
        return OfferFactory(procedure=procedure, workflow_version=procedure.workflow_versions.get())

    @pytest.fixture
    def draft(self, editor, offer):
        code = offer.procedure.code
        editor.post(reverse("procedures:editor_draft", args=[code]))
        draft = Revision.objects.get(procedure=offer.procedure, state=RevisionState.DRAFT)
        ProcessingTime.objects.filter(case__revision=draft, channel="ONLINE").delete()
        editor.post(reverse("procedures:editor_send", args=[code]), {"version": draft.version})
        draft.refresh_from_db()
        assert draft.state == RevisionState.IN_REVIEW
        return draft

    def post(self, publisher, name, draft, **typed):
        address = reverse(f"procedures:editor_{name}", args=[draft.procedure.code])
        return publisher.post(address, {"version": draft.version, **typed}, follow=True)

    @pytest.mark.parametrize("level", [None, "3", "0", "x"])
    def test_publishing_is_refused_unless_each_is_lowered_to_what_holds(
        self, publisher, offer, draft, level
    ):
        typed = {} if level is None else {f"ha-{offer.pk}": level}

        page = self.post(publisher, "publish", draft, **typed)

        draft.refresh_from_db()
        assert draft.state == RevisionState.IN_REVIEW
        assert "hạ từ mức độ 3 xuống mức độ 2" in page.text
        assert "Chưa có thời hạn cho cách nộp trực tuyến." in page.text
        assert Offer.objects.get().valid_until is None

    def test_lowered_in_the_same_act(self, publisher, offer, draft):
        self.post(publisher, "publish", draft, **{f"ha-{offer.pk}": "2"})

        draft.refresh_from_db()
        assert draft.state == RevisionState.PUBLISHED
        old, new = Offer.objects.order_by("pk")
        today = timezone.localdate()
        assert (old.pk, old.declared_level, old.valid_until) == (
            offer.pk,
            3,
            today - timedelta(days=1),
        )
        assert (new.declared_level, new.valid_from, new.valid_until) == (2, today, None)
        assert (new.decision_number, new.lowered_with) == (offer.decision_number, draft)
        assert (new.service_mode, new.workflow_version) == ("INFORMATION", None)
        assert Notice.objects.filter(kind="offers-lowered").exists()

    def test_an_hour_is_agreed_on_only_with_what_it_breaks(self, publisher, offer, draft):
        tomorrow = timezone.now() + timedelta(days=1)
        when = {
            "publisher": StaffFactory(role=Role.PUBLISHER),
            "publish_at": tomorrow,
            "at": timezone.now(),
            "revision_id": draft.pk,
            "version": draft.version,
        }
        with pytest.raises(publishing.BreaksOffers):
            publishing.schedule_revision(**when)
        publishing.schedule_revision(**when, lowered={offer.pk: 2})
        assert Offer.objects.get().declared_level == 3

        publishing.publish_due(at=tomorrow + timedelta(minutes=1))

        assert list(Offer.objects.order_by("pk").values_list("declared_level", flat=True)) == [3, 2]
        assert Notice.objects.filter(kind="offers-lowered").exists()

    def test_an_offer_made_after_the_hour_was_agreed_on_is_lowered_too(
        self, publisher, offer, draft, commune
    ):
        """What is scheduled goes out: the content is decided on, and nobody is told late."""
        tomorrow = timezone.now() + timedelta(days=1)
        publishing.schedule_revision(
            revision_id=draft.pk,
            publisher=StaffFactory(role=Role.PUBLISHER),
            publish_at=tomorrow,
            at=timezone.now(),
            version=draft.version,
            lowered={offer.pk: 2},
        )
        OfferFactory(
            procedure=offer.procedure,
            unit=commune,
            tier="",
            workflow_version=offer.workflow_version,
        )

        publishing.publish_due(at=tomorrow + timedelta(minutes=1))

        levels = Offer.objects.order_by("pk").values_list("unit", "declared_level")
        assert sorted(level for _unit, level in levels) == [2, 2, 3, 3]
        assert {unit for unit, level in levels if level == 2} == {None, commune.pk}

    def test_what_did_not_hold_before_is_not_broken_by_publishing(self, publisher, offer, draft):
        Offer.objects.update(workflow_version=None)

        self.post(publisher, "publish", draft)

        draft.refresh_from_db()
        assert draft.state == RevisionState.PUBLISHED
        assert Offer.objects.get().declared_level == 3


def test_the_impact_is_counted_exactly_and_names_nobody(province):
    place = office("dem")
    running = dossier_at(DossierState.PROCESSING, place=place)
    procedure = running.procedure
    dossier_at(DossierState.RETURNED, place=place, offer=procedure.offers.get())
    DossierPaperFactory(dossier=running)
    shared = {"procedure": procedure, "revision": procedure.current_revision}
    DraftFactory(**shared, case_key="thong-thuong", answers={})
    DraftFactory(**shared, case_key="da-bo", answers={})
    DraftFactory(**shared, case_key="", answers={"ly_do": ["Xin việc"]})
    DraftFactory(**shared, case_key="", answers={"ly_do": [""]})
    editor = signed_in(Role.EDITOR, province)
    editor.post(reverse("procedures:editor_draft", args=[procedure.code]))
    # The new content asks no e-form of its own.
    Revision.objects.filter(procedure=procedure, state=RevisionState.DRAFT).update(
        form_version=None
    )

    page = editor.get(reverse("dossiers:editor_impact", args=[procedure.code]))

    impact = page.context["impact"]
    assert (impact.drafts.total, impact.drafts.asked_anew) == (4, 2)
    assert (impact.drafts.by_case, impact.drafts.by_paper, impact.drafts.by_field) == (1, 0, 1)
    assert impact.running == (("Đang xử lý", 1),)
    assert running.applicant_name not in page.text
