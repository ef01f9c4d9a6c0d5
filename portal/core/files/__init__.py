"""
Files from citizens: looked at before they are kept, kept under a random key, shown as pictures.

No citizen's file is ever parsed inside a worker: a child process with little memory and little
time opens it (`sandbox`), and only a verdict or a PNG comes back.
"""

from portal.core.files.films import MAX_FILM_BYTES, Film, inspect_film, read_captions
from portal.core.files.kinds import ACCEPT, IMAGES, WORD, Kind
from portal.core.files.names import clean_name
from portal.core.files.photos import PhotosNotCombined, combine_photos
from portal.core.files.preview import (
    PreviewFailed,
    Redrawn,
    count_pages,
    redraw_picture,
    render_preview,
)
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
    Received,
    inspect_upload,
    receive_upload,
)

__all__ = [
    "ACCEPT",
    "IMAGES",
    "MAX_BYTES",
    "MAX_FILM_BYTES",
    "MAX_PAGES",
    "WORD",
    "FileDamaged",
    "Film",
    "Inspected",
    "Kind",
    "PhotosNotCombined",
    "PreviewFailed",
    "Received",
    "Redrawn",
    "StorageUnavailable",
    "UnsafeFile",
    "clean_name",
    "combine_photos",
    "count_pages",
    "delete_stored",
    "inspect_film",
    "inspect_upload",
    "open_stored",
    "read_captions",
    "read_stored",
    "receive_upload",
    "redraw_picture",
    "render_preview",
    "store_bytes",
]
