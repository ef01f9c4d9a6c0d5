"""A paper's photos, put together into one PDF for the people who read the dossier."""

import json
from collections.abc import Sequence

from portal.core.files import sandbox
from portal.core.files.kinds import IMAGES, Kind


class PhotosNotCombined(Exception):
    """The photos could not be put into one PDF; each of them is still there by itself."""


def combine_photos(photos: Sequence[tuple[bytes, str]]) -> bytes:
    """
    Return one PDF with a sheet of A4 for each photo (its bytes and kind), in the order given.

    Each photo stands upright, reduced to 200 dpi, without place, time, camera or any other mark of
    the original. Meant for workers: twenty photos take several seconds.

    :raises PhotosNotCombined: when one of them is too much for the child's limits.
    :raises ValueError: without photos, or with a file that is none.
    """
    if not photos or any(kind not in IMAGES for _, kind in photos):
        raise ValueError("only photos")
    try:
        # A child for each photo: none can take more than its share of memory and time.
        sheets = [sandbox.run_child("sheet", Kind(kind), data=data) for data, kind in photos]
        sizes = json.dumps([len(sheet) for sheet in sheets])
        stream = b"".join((sizes.encode(), b"\n", *sheets))
        document = sandbox.run_child("bind", data=stream)
    except (sandbox.ChildFailed, OSError) as error:
        raise PhotosNotCombined(str(error)) from error
    if not document.startswith(b"%PDF-"):
        raise PhotosNotCombined("no document came back")
    return document
