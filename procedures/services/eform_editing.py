"""Editing the e-form of a draft: one gate, whatever the change."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from procedures.eform.definition import Definition, to_json
from procedures.eform.editing import EditError, NoSuchPart
from procedures.eform.parsing import FormDefinitionError, parse_definition
from procedures.eform.standard import blank_form, standard_form
from procedures.form_versions import remove_form, store_form
from procedures.models import Procedure, Revision
from procedures.services.drafting import NO_PAGE, lock_for_edit
from procedures.services.parts import take_up

Change = Callable[[Definition], Definition]
MAX_FILE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """Which draft a page was made from, and who sends it."""

    revision_id: int
    version: int
    editor: User
    at: datetime


class NoForm(Exception):
    """The draft has no e-form of its own to change."""


class HasForm(Exception):
    """The draft has an e-form already: beginning again would lose it."""


class NothingToCopy(Exception):
    """The other procedure does not exist, or publishes no e-form."""


@transaction.atomic(durable=True)
def change_form(page: Page, *, change: Change) -> Revision:
    """
    Store what `change` (one of procedures.eform.editing) makes of the draft's e-form.

    A change that leaves it as it was stores nothing: nobody has edited it, no review is void.

    :raises NotEditable, StaleRevision: as lock_for_edit.
    :raises NoForm: if there is none to change.
    :raises EditError, NoSuchPart: if the change cannot be made; nothing is stored then.
    """

    def is_same(stored: Revision) -> bool:
        # An overtaken page is told so, and what cannot be changed is refused, further below.
        if stored.form_version is None or stored.version != page.version:
            return False
        before = parse_definition(stored.form_version.definition)
        try:
            return to_json(change(before)) == to_json(before)
        except (EditError, NoSuchPart):
            return False

    revision, changes = take_up(
        revision_id=page.revision_id,
        version=page.version,
        page=NO_PAGE,
        editor=page.editor,
        at=page.at,
        is_same=is_same,
    )
    if not changes:
        return revision
    if revision.form_version is None:
        raise NoForm(revision.pk)
    before = parse_definition(revision.form_version.definition)
    store_form(revision, definition=to_json(change(before)))
    return revision


@transaction.atomic(durable=True)
def begin_form(page: Page, *, is_standard: bool) -> Revision:
    """
    Begin an e-form from one question, or from the standard form.

    :raises NotEditable, StaleRevision: as lock_for_edit.
    :raises HasForm: if the draft has one.
    """
    revision = _lock_without_form(page)
    make = standard_form if is_standard else blank_form
    title = _("Tờ khai: %(name)s") % {"name": revision.everyday_name or revision.name}
    store_form(revision, definition=to_json(parse_definition(make(title))))
    return revision


@transaction.atomic(durable=True)
def copy_form(page: Page, *, code: str) -> Revision:
    """
    Begin with a copy of what another procedure publishes.

    :raises NotEditable, StaleRevision: as lock_for_edit.
    :raises HasForm: if the draft has one.
    :raises NothingToCopy: if that procedure has no e-form.
    """
    revision = _lock_without_form(page)
    found = (
        Procedure.objects.filter(code=code, current_revision__form_version__isnull=False)
        .select_related("current_revision__form_version")
        .first()
    )
    source = found.current_revision.form_version if found and found.current_revision else None
    if source is None:
        raise NothingToCopy(code)
    store_form(revision, definition=to_json(parse_definition(source.definition)))
    return revision


@transaction.atomic(durable=True)
def import_form(page: Page, *, content: bytes) -> Revision:
    """
    Replace the draft's e-form by the definition in a JSON file.

    :raises NotEditable, StaleRevision: as lock_for_edit.
    :raises FormDefinitionError: if the file is none, with the place of the first fault.
    """
    definition = read_file(content)
    revision = _lock(page)
    store_form(revision, definition=to_json(definition))
    return revision


@transaction.atomic(durable=True)
def drop_form(page: Page) -> Revision:
    """
    Leave the draft without an e-form of its own.

    :raises NotEditable, StaleRevision: as lock_for_edit.
    """
    revision = _lock(page)
    remove_form(revision)
    return revision


def read_file(content: bytes) -> Definition:
    """
    Read an e-form from a JSON file.

    :raises FormDefinitionError: if it is none.
    """
    if len(content) > MAX_FILE:
        raise FormDefinitionError("", _("Tệp lớn quá 1 MB; một tờ khai không dài đến thế."))
    try:
        data: Any = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FormDefinitionError("", _("Tệp không phải chữ UTF-8; lưu lại bằng UTF-8.")) from None
    except json.JSONDecodeError as error:
        raise FormDefinitionError(
            "",
            _("Tệp không phải JSON: lỗi ở dòng %(line)d, cột %(column)d.")
            % {"line": error.lineno, "column": error.colno},
        ) from None
    except (ValueError, RecursionError):
        # Numbers of thousands of digits, brackets nested without end.
        raise FormDefinitionError("", _("Tệp không phải một tờ khai.")) from None
    return parse_definition(data)


def _lock(page: Page) -> Revision:
    return lock_for_edit(
        revision_id=page.revision_id, version=page.version, editor=page.editor, at=page.at
    )


def _lock_without_form(page: Page) -> Revision:
    revision = _lock(page)
    if revision.form_version is not None:
        raise HasForm(revision.pk)
    return revision
