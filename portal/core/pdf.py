"""
PDF from a Django template: tagged PDF/A in Vietnamese, the same bytes for the same content.

WeasyPrint is imported when the first PDF is made: without Pango the rest of the portal still runs,
and `portal.core.checks` says how to install it.
"""

import io
from collections.abc import Mapping

import segno
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

# Tagged, archivable, and allowed to carry the data it was made from.
PDF_VARIANT = "pdf/a-3a"


def render_pdf(template_name: str, context: Mapping[str, object]) -> bytes:
    """
    Return the template as PDF/A-3a.

    Nothing is loaded but `data:` and our own fonts and styles: what a person typed cannot make the
    server fetch or attach anything. It takes a few tenths of a second: call it from a task.
    """
    return html_to_pdf(render_to_string(template_name, dict(context)))


def html_to_pdf(html: str) -> bytes:
    """Return a whole HTML page as PDF/A-3a."""
    from portal.core import pdf_engine  # noqa: PLC0415 - needs Pango

    return pdf_engine.write(html, variant=PDF_VARIANT)


def qr_svg(text: str) -> SafeString:
    """Return a QR code as inline SVG without a size of its own: the stylesheet gives it one."""
    output = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        output, kind="svg", xmldecl=False, svgns=True, omitsize=True, nl=False, border=2
    )
    # Safe: numbers and path commands made by segno; the text itself is not in it.
    return mark_safe(output.getvalue().decode("ascii"))  # noqa: S308


def qr_data_uri(text: str) -> str:
    """Return the same QR code for an `<img>`, which can carry a description for screen readers."""
    return segno.make(text, error="m", micro=False).svg_data_uri(omitsize=True, nl=False, border=2)
