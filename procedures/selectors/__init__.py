"""Reads of the catalogue that pages and other apps share."""

from procedures.selectors.offers import (
    NotOffered,
    deciding_unit,
    list_agencies,
    receiving_unit,
    resolve_offer,
)

__all__ = ["NotOffered", "deciding_unit", "list_agencies", "receiving_unit", "resolve_offer"]
