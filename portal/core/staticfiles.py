"""Static files under names that carry their hash, so that a browser may keep them for ever."""

from typing import Any, cast

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Django's own, but for our modules only: packages ship examples whose imports lead nowhere.
_, _MODULE_PATTERNS = cast(Any, HashedFilesMixin)._js_module_import_aggregation_patterns  # noqa: SLF001


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no types there
    """Hash ES modules too, and point their imports at the hashed names."""

    patterns = (*HashedFilesMixin.patterns, ("js/*.js", _MODULE_PATTERNS))
