"""Filings on their way: an office that takes a procedure online, a draft, the steps to the end."""

import io
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import pikepdf
from PIL import Image

from accounts.models import User
from dossiers.filing import FilingStep
from dossiers.models import Draft, DraftPaper
from dossiers.services import draft_steps, drafting
from dossiers.services.drafting import PageMark
from procedures.models import Offer, Procedure
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM, Office, StoredFileFactory, office
from tests.factories.procedures import OfferFactory

PAPERS = ("giay-chung-sinh", "can-cuoc")
PAGE = PageMark(version=10**6, token="trang-thu")
TODAY = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """A commune that takes one procedure online."""

    office: Office
    offer: Offer

    @property
    def procedure(self) -> Procedure:
        return self.offer.procedure


def place(key: str = "song-tranh", **offer) -> Place:
    """Return a commune with an offer of level 3 for its tier."""
    return Place(office(key), OfferFactory(**offer))


def pdf(pages: int = 1) -> BytesIO:
    """Return a real PDF."""
    document = pikepdf.new()
    for _number in range(pages):
        document.add_blank_page()
    data = BytesIO()
    document.save(data)
    data.seek(0)
    return data


def photo(size: tuple[int, int] = (60, 80)) -> BytesIO:
    """Return a real JPEG."""
    data = io.BytesIO()
    Image.new("RGB", size, "white").save(data, "JPEG")
    data.seek(0)
    return data


def new_draft(where: Place, owner: User | None = None, at=MONDAY_9AM) -> Draft:
    return drafting.start_draft(
        procedure_code=where.procedure.code, owner=owner or CitizenFactory(), at=at, by_eid=True
    )


def ready_draft(
    where: Place, owner: User | None = None, *, at=MONDAY_9AM, files=1, **people: str
) -> Draft:
    """Bring a draft to its last page by the use cases."""
    draft = new_draft(where, owner, at)
    common = {"draft_id": draft.pk, "owner": draft.owner, "at": at}
    saving = {**common, "page": PAGE, "is_final": True}
    draft_steps.save_agency(agency_id=where.office.agency.pk, case_key="thong-thuong", **saving)
    draft_steps.save_people(
        typed={
            "relation": "SELF",
            "phone": "0912 345 678",
            "email": "lan@example.vn",
            "address": "Thôn Đông, xã Sông Tranh",
            **people,
        },
        **saving,
    )
    if draft.revision.form_version_id:
        draft_steps.save_section(section="chung", typed={"ly_do": ["Nhập học"]}, **saving)
    for key in PAPERS:
        for number in range(files):
            # Not uploaded: each look at a file is a process of its own.
            DraftPaper.objects.create(
                draft=draft,
                paper_key=key,
                position=number,
                file=StoredFileFactory(uploaded_by=draft.owner),
            )
    drafting.finish_step(**common, step=FilingStep.PAPERS)
    draft_steps.save_return(method="COUNTER", address=None, quantities={}, exemptions={}, **saving)
    return drafting.finish_step(**common, step=FilingStep.REVIEW)
