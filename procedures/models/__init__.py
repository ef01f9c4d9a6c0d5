"""The catalogue: procedures, their revisions and what each asks, costs and promises."""

from procedures.models.catalogue import Field, Procedure, Revision
from procedures.models.content import Case, FeeRule, Paper, PrintableForm, ProcessingTime
from procedures.models.service import FormVersion, Offer, WorkflowVersion

__all__ = [
    "Case",
    "FeeRule",
    "Field",
    "FormVersion",
    "Offer",
    "Paper",
    "PrintableForm",
    "Procedure",
    "ProcessingTime",
    "Revision",
    "WorkflowVersion",
]
