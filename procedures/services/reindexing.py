"""Writing the whole search index anew, after an upgrade or a change of how terms weigh."""

from django.db import transaction

from portal.core import edition
from procedures.indexing import index_procedures
from procedures.models import Procedure, SearchWord


@transaction.atomic(durable=True)
def index_catalogue() -> int:
    """Index every procedure and return how many there are."""
    # Words that nothing holds any more are not left to be taken for words of the catalogue.
    SearchWord.objects.all().delete()
    ids = list(Procedure.objects.order_by("pk").values_list("pk", flat=True))
    index_procedures(ids)
    edition.renew_on_commit()
    return len(ids)
