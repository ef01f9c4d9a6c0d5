"""Dossiers from draft to result, with everything that proves what happened to them."""

from dossiers.models.access import DossierAccess
from dossiers.models.clock import (
    ClockPause,
    SupplementItem,
    SupplementRequest,
    SupplementUpload,
)
from dossiers.models.dossier import Dossier, DossierParty
from dossiers.models.draft import Draft, DraftPaper
from dossiers.models.events import DossierEvent, Step
from dossiers.models.extension import Extension
from dossiers.models.files import DossierPaper, PaperBundle, StoredFile
from dossiers.models.money import Obligation, ObligationLine
from dossiers.models.outcome import Decision, Delivery, Result, Slip
from dossiers.models.reversal import Reversal

__all__ = [
    "ClockPause",
    "Decision",
    "Delivery",
    "Dossier",
    "DossierAccess",
    "DossierEvent",
    "DossierPaper",
    "DossierParty",
    "Draft",
    "DraftPaper",
    "Extension",
    "Obligation",
    "ObligationLine",
    "PaperBundle",
    "Result",
    "Reversal",
    "Slip",
    "Step",
    "StoredFile",
    "SupplementItem",
    "SupplementRequest",
    "SupplementUpload",
]
