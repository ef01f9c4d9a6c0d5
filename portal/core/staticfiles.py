"""Static files: which of the packages' files are served, and under names that carry their hash."""

from typing import Any, cast

from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Django's own, but for our modules only: packages ship examples whose imports lead nowhere.
_, _MODULE_PATTERNS = cast("Any", HashedFilesMixin)._js_module_import_aggregation_patterns  # noqa: SLF001
# Without those for source maps, which we do not collect.
_CSS_PATTERNS = HashedFilesMixin.patterns[0][1][:2]


class CollectedFiles(StaticFilesConfig):
    """Leave aside what no page of ours uses: twenty megabytes that would only be compressed."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.map",
        "bootstrap-*",
        "*.rtl.*",
        "*.esm.*",
        "bootstrap.css",
        "bootstrap.js",
        "bootstrap.bundle.js",
        "bootstrap.min.js",
        "hx-*",
        "htmx-2-compat*",
        "htmx-4*",
        "htmax-*",
        "htmx-2.js",
    ]


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # not typed
    """Hash ES modules too, and point their imports at the hashed names."""

    patterns = (("*.css", _CSS_PATTERNS), ("js/*.js", _MODULE_PATTERNS))
