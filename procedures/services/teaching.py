"""What editors teach the search: sayings and weights, switched off rather than deleted."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from portal.core import edition
from procedures.models import Boost, Procedure, Synonym
from procedures.vocabulary import plain


class SaysNothing(Exception):
    """A saying without a word, or one that means only itself."""


@transaction.atomic(durable=True)
def save_synonym(
    *, said: str, meant: list[str], note: str, is_active: bool, by: User, at: datetime
) -> Synonym:
    """
    Store what a saying stands for: a new one, or in place of what it stood for.

    :raises SaysNothing: if no word is left of it, or it means only itself.
    """
    folded = plain(said)
    told = [one for one in meant if plain(one)]
    if not folded or not told or all(plain(one) == folded for one in told):
        raise SaysNothing(said)
    synonym, _created = Synonym.objects.update_or_create(
        folded=folded,
        defaults={
            "said": said,
            "meant": told,
            "note": note,
            "is_active": is_active,
            "edited_by": by,
            "edited_at": at,
        },
    )
    edition.renew_on_commit()
    return synonym


@transaction.atomic(durable=True)
def save_boost(
    *, code: str, phrase: str, factor: float, note: str, is_active: bool, by: User, at: datetime
) -> Boost:
    """
    Store how much a procedure weighs: always, or where a question has a phrase.

    :raises SaysNothing: if a phrase is given of which no word is left.
    :raises NoSuchProcedure: if none that the public may hear of has that code.
    """
    if phrase and not plain(phrase):
        # Without words it would weigh in every search.
        raise SaysNothing(phrase)
    procedure = Procedure.objects.known().with_code(code)
    boost, _created = Boost.objects.update_or_create(
        procedure=procedure,
        folded=plain(phrase),
        defaults={
            "phrase": phrase,
            "factor": factor,
            "note": note,
            "is_active": is_active,
            "edited_by": by,
            "edited_at": at,
        },
    )
    edition.renew_on_commit()
    return boost
