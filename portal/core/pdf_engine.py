"""WeasyPrint, fenced in: imported only by `portal.core.pdf`, and only when a PDF is made."""

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

import fontpkg_be_vietnam_pro
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

STYLES: Final = Path(__file__).resolve().parents[2] / "static" / "pdf"
FONTS: Final = Path(fontpkg_be_vietnam_pro.__file__).resolve().parent / "files"
FACES: Final = (
    ("Regular", 400, "normal"),
    ("Italic", 400, "italic"),
    ("Bold", 700, "normal"),
    ("BoldItalic", 700, "italic"),
)


class SourceRefused(ValueError):
    """A page asked for something that is neither inline data nor a file of ours."""


class OwnFilesFetcher(URLFetcher):  # type: ignore[misc]
    """Load `data:` and the files of our two folders; everything else is refused, unasked."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return the resource, or refuse it before anything is opened."""
        parts = urlsplit(url)
        if parts.scheme.lower() == "file":
            path = Path(url2pathname(parts.path)).resolve()
            if parts.netloc or not any(path.is_relative_to(root) for root in (STYLES, FONTS)):
                raise SourceRefused(url)
        elif parts.scheme.lower() != "data":
            raise SourceRefused(url)
        return super().fetch(url, headers)


def write(html: str, *, variant: str) -> bytes:
    """Return `html` as a PDF; relative addresses point into our folder of PDF styles."""
    fetcher = OwnFilesFetcher()
    fonts = FontConfiguration()
    faces = CSS(string=_font_faces(), url_fetcher=fetcher, font_config=fonts)
    page = HTML(string=html, base_url=f"{STYLES.as_uri()}/", url_fetcher=fetcher)
    pdf: Any = page.write_pdf(stylesheets=[faces], font_config=fonts, pdf_variant=variant)
    return bytes(pdf)


def _font_faces() -> str:
    return "\n".join(
        "@font-face { font-family: 'Be Vietnam Pro'; "
        f"font-weight: {weight}; font-style: {style}; "
        f"src: url('{(FONTS / f'BeVietnamPro-{face}.ttf').as_uri()}'); }}"
        for face, weight, style in FACES
    )
