"""
Files from citizens: looked at before they are kept, kept under a random key, shown as pictures.

No citizen's file is ever parsed inside a worker: a child process with little memory and little
time opens it (`sandbox`), and only a verdict or a PNG comes back.
"""

from portal.core.files.names import clean_name
from portal.core.files.preview import PreviewFailed, count_pages, render_preview
from portal.core.files.refusals import UnsafeFile
from portal.core.files.store import (
    FileDamaged,
    StorageUnavailable,
    delete_stored,
    open_stored,
    read_stored,
    store_bytes,
)
from portal.core.files.uploads import (
    MAX_BYTES,
    MAX_PAGES,
    Inspected,
    Kind,
    inspect_upload,
)

__all__ = [
    "MAX_BYTES",
    "MAX_PAGES",
    "FileDamaged",
    "Inspected",
    "Kind",
    "PreviewFailed",
    "StorageUnavailable",
    "UnsafeFile",
    "clean_name",
    "count_pages",
    "delete_stored",
    "inspect_upload",
    "open_stored",
    "read_stored",
    "render_preview",
    "store_bytes",
]
