"""Versions of e-forms: a draft's own one, which may change, and published ones, which never do."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from portal.core.db import requires_transaction
from procedures.models import FormVersion, Revision


def own_form(revision: Revision) -> FormVersion | None:
    """Return the e-form that belongs to this revision alone and may still be changed."""
    form = revision.form_version
    if form is None or form.published_at is not None:
        return None
    is_shared = form.revisions.exclude(pk=revision.pk).exists()
    return None if is_shared else form


@requires_transaction
def store_form(revision: Revision, *, definition: dict[str, Any]) -> FormVersion:
    """
    Give a draft, locked for editing, this definition as an e-form of its own.

    What another revision uses, or people have filed with, stays as it is.
    """
    name = definition["title"]
    form = own_form(revision)
    if form is not None:
        form.definition, form.name = definition, name
        form.save(update_fields=["definition", "name"])
        return form
    versions = FormVersion.objects.filter(procedure_id=revision.procedure_id)
    last = versions.aggregate(last=Max("number"))["last"] or 0
    form = FormVersion.objects.create(
        procedure_id=revision.procedure_id, number=last + 1, name=name, definition=definition
    )
    revision.form_version = form
    revision.save(update_fields=["form_version"])
    return form


@requires_transaction
def remove_form(revision: Revision) -> None:
    """Leave a draft, locked for editing, without an e-form: the standard one takes its place."""
    form = revision.form_version
    revision.form_version = None
    revision.save(update_fields=["form_version"])
    drop_unused_form(form)


@requires_transaction
def drop_unused_form(form: FormVersion | None) -> None:
    """Delete an e-form that was never published and that no revision names any more."""
    if form is not None and form.published_at is None and not form.revisions.exists():
        form.delete()


@requires_transaction
def publish_form(revision: Revision, *, at: datetime) -> None:
    """Close the e-form of a revision that has just been published."""
    FormVersion.objects.filter(revisions=revision, published_at__isnull=True).update(
        published_at=at
    )
