"""The registrar's upload: the signed result becomes a stored file and the issued result at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from accounts.models import User
from dossiers import attachments
from dossiers.models import Result
from dossiers.services import processing
from portal.core.files import Inspected


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """What the registrar writes about the result."""

    number: str
    title: str
    signed_by_name: str


def publish_result(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    version: int | None,
    sheet: ResultSheet,
    upload: BinaryIO,
    name: str,
) -> Result:
    """
    Look at the uploaded result, keep it, and issue it.

    :raises attachments.UploadRefused: if the file is not to be kept, or its pages cannot be shown.
    :raises processing.WrongStep: if no approved decision waits at the registrar's step.
    :raises policies.NotYourDossier, reception.StepTaken, lifecycle.StaleVersion: as claim_step.
    """
    received = attachments.look_at_result(upload, name)
    with attachments.kept((received,)) as keys:
        return _issue(
            dossier_id=dossier_id,
            by=by,
            at=at,
            version=version,
            sheet=sheet,
            facts=received.facts,
            storage_key=keys[0],
        )


@transaction.atomic(durable=True)
def _issue(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    version: int | None,
    sheet: ResultSheet,
    facts: Inspected,
    storage_key: str,
) -> Result:
    file = attachments.record(facts, storage_key, by=by, at=at)
    return processing.record_result(
        dossier_id=dossier_id,
        by=by,
        at=at,
        version=version,
        number=sheet.number,
        title=sheet.title,
        signed_by_name=sheet.signed_by_name,
        file=file,
    )
