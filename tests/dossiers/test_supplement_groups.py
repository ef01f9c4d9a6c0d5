"""A repeating group asked for again is replaced whole, its sealed columns included."""

import pytest

from dossiers.models import Dossier
from dossiers.services import supplements
from tests.factories.dossiers import MONDAY_9AM, DossierFactory, office
from tests.factories.procedures import FormVersionFactory

pytestmark = pytest.mark.django_db


def test_supplement_replaces_a_group_with_its_sealed_columns():
    place = office()
    dossier = DossierFactory(place=place, form_version=FormVersionFactory())
    dossier.answers = {"nguoi": [{}, {}], "ly_do": "Cũ"}
    dossier.seal_answers({"nguoi.0.so": "1", "nguoi.1.so": "2", "khac": "giữ"})
    dossier.save(update_fields=["answers", "sealed_answers"])
    supplements.ask_supplement(
        dossier_id=dossier.pk,
        by=place.clerk,
        at=MONDAY_9AM,
        version=None,
        items=[supplements.Item("", "nguoi", "Những người cùng hộ", "Thiếu người")],
        ground="Luật",
        deadline_at=MONDAY_9AM.replace(year=2099),
    )

    supplements.answer_supplement(
        dossier_id=dossier.pk,
        by=dossier.owner,
        at=MONDAY_9AM.replace(hour=14),
        answers={"nguoi": [{}], "ly_do": "Không được hỏi"},
        sealed={"nguoi.0.so": "3"},
    )

    stored = Dossier.objects.get(pk=dossier.pk)
    assert stored.answers == {"nguoi": [{}], "ly_do": "Cũ"}
    assert stored.unsealed_answers() == {"nguoi.0.so": "3", "khac": "giữ"}
