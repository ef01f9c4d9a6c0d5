"""The catalogue: procedures, their revisions and what each asks, costs and promises."""

from procedures.models.catalogue import Field, NoSuchProcedure, Procedure, Revision
from procedures.models.content import Case, FeeRule, Paper, PrintableForm, ProcessingTime
from procedures.models.editorial import Article, ArticleVersion, Clip, Picture
from procedures.models.exchange import CatalogueFile
from procedures.models.imports import FindingReview, ImportedRecord
from procedures.models.life_events import LifeEvent, LifeEventEntry
from procedures.models.local import LocalRule
from procedures.models.questions import CaseQuestion
from procedures.models.search import SearchEntry, SearchTerm, SearchVersion, SearchWord
from procedures.models.service import FormVersion, Offer, WorkflowVersion
from procedures.models.sheets import PostingSheet
from procedures.models.words import Boost, SearchMiss, Synonym

__all__ = [
    "Article",
    "ArticleVersion",
    "Boost",
    "Case",
    "CaseQuestion",
    "CatalogueFile",
    "Clip",
    "FeeRule",
    "Field",
    "FindingReview",
    "FormVersion",
    "ImportedRecord",
    "LifeEvent",
    "LifeEventEntry",
    "LocalRule",
    "NoSuchProcedure",
    "Offer",
    "Paper",
    "Picture",
    "PostingSheet",
    "PrintableForm",
    "Procedure",
    "ProcessingTime",
    "Revision",
    "SearchEntry",
    "SearchMiss",
    "SearchTerm",
    "SearchVersion",
    "SearchWord",
    "Synonym",
    "WorkflowVersion",
]
