"""Large files from elsewhere that some tests are tried on; where they are absent, those skip."""

import os
from pathlib import Path

NATIONAL_RECORD = Path(os.environ.get("NATIONAL_RECORD", "data/procedures.jsonl.gz"))
UPLOADS = Path(os.environ.get("UPLOAD_SAMPLES", "data/uploads"))
