"""
Real records and uploads that some tests are tried on; where they are absent, those skip.

They are not part of the project: a folder beside the checkout, or the one that SAMPLES names.
"""

import os
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
_FOLDER = Path(os.environ.get("SAMPLES") or _BESIDE)
NATIONAL_RECORD = _FOLDER / "procedures.jsonl.gz"
UPLOADS = _FOLDER / "uploads"
