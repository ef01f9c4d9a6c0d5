"""PDFs: what they carry, what they may never load, and the fonts that they embed."""

import base64
import http.server
import io
import socketserver
import threading

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from portal.core import checks
from portal.core.pdf import html_to_pdf, qr_data_uri, qr_svg

PANGRAM = "Ằ ẳ ẵ ặ Ử ữ ự ỵ ỹ Đ đ ₫ Nguyễn Thị Ngọc Hường 1.250.000 đồng – “bổ sung”…"


def page(body, head=""):
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Thử</title>{head}'
        f'<link rel="stylesheet" href="slip.css"></head><body>{body}</body></html>'
    )


@pytest.fixture
def trap():
    """A web server on this machine that must not be visited."""
    hits = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()

        def log_message(self, *_args):
            pass

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", hits
        finally:
            server.shutdown()
            thread.join()


def test_pdf_is_tagged_archivable_and_vietnamese():
    with pikepdf.open(io.BytesIO(html_to_pdf(page(f"<p>{PANGRAM}</p>")))) as document:
        metadata = document.Root.Metadata.read_bytes()
        assert document.Root.Lang == "vi"
        assert "/StructTreeRoot" in document.Root
        assert b"pdfaid:part" in metadata
        assert b"pdfaid:conformance" in metadata
        assert str(document.docinfo.Title) == "Thử"


def test_same_content_gives_the_same_bytes():
    assert html_to_pdf(page(PANGRAM)) == html_to_pdf(page(PANGRAM))


def test_vietnamese_is_whole_in_the_text_and_every_font_is_embedded():
    data = html_to_pdf(page(f"<p>{PANGRAM}</p>"))

    assert PANGRAM in " ".join(PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    with pikepdf.open(io.BytesIO(data)) as document:
        descriptors = [item for item in document.objects if is_descriptor(item)]
        assert descriptors
        assert all("/FontFile2" in item or "/FontFile3" in item for item in descriptors)


def is_descriptor(item):
    return isinstance(item, pikepdf.Dictionary) and item.get("/Type") == pikepdf.Name.FontDescriptor


def test_our_font_is_used_where_no_other_is_named():
    data = html_to_pdf(
        page('<p class="ours">Hường</p>', "<style>.ours{font-family:'Be Vietnam Pro'}</style>")
    )

    with pikepdf.open(io.BytesIO(data)) as document:
        names = {str(item.FontName) for item in document.objects if is_descriptor(item)}
    assert "Be-Vietnam-Pro" in {name.partition("+")[2] for name in names}


def test_hostile_markup_loads_nothing(trap):
    address, hits = trap
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>"
        f"<image xlink:href='{address}/svg-image'/><use xlink:href='{address}/svg-use#a'/></svg>"
    )
    nested = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    head = (
        f'<link rel="stylesheet" href="{address}/link.css">'
        f"<style>@import url({address}/import.css); "
        f"@font-face{{font-family:x;src:url({address}/font)}}"
        f"p{{background:url({address}/background); font-family:x}}</style>"
        '<link rel="attachment" href="file:///etc/passwd">'
        f'<link rel="attachment" href="{address}/attachment">'
    )
    body = (
        f'<p>Hồ sơ</p><img src="{address}/img"><img src="file:///etc/passwd"><img src="{nested}">'
        f'<object data="{address}/object"></object><embed src="{address}/embed">'
        f'<a rel="attachment" href="file:///etc/passwd">x</a>'
        f'<iframe src="{address}/frame"></iframe>{svg}'
        '<img src="file://localhost/etc/passwd"><img src="../../portal/settings/base.py">'
        '<object data="ftp://127.0.0.1/x"></object>'
    )

    data = html_to_pdf(page(body, head))

    assert hits == []
    assert b"root:" not in data
    with pikepdf.open(io.BytesIO(data)) as document:
        assert list(document.attachments) == []
        streams = [item for item in document.objects if isinstance(item, pikepdf.Stream)]
        assert not any(b"root:x:0" in item.read_bytes() for item in streams)
    assert "Hồ sơ" in PdfReader(io.BytesIO(data)).pages[0].extract_text()


def test_trap_would_have_noticed(trap):
    """The negative control: the library's own loader does visit the trap."""
    from weasyprint import HTML

    address, hits = trap

    HTML(string=f'<img src="{address}/img">').write_pdf()

    assert hits == ["/img"]


def test_data_images_are_shown():
    output = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(output, "PNG")
    uri = "data:image/png;base64," + base64.b64encode(output.getvalue()).decode()

    [picture] = PdfReader(io.BytesIO(html_to_pdf(page(f'<img src="{uri}">')))).pages[0].images

    assert picture.image.getpixel((1, 1)) == (255, 0, 0)


def test_qr_code_is_svg_without_the_text_in_it():
    code = qr_svg('https://dvc.example/"><script>')

    assert code.startswith("<svg")
    assert "script" not in code
    assert "dvc.example" not in code
    assert qr_svg("a") != qr_svg("b")
    assert qr_data_uri("a").startswith("data:image/svg+xml")


def test_missing_pango_is_an_error_with_the_command_that_mends_it(monkeypatch):
    assert checks.check_pango() == []
    monkeypatch.setattr(checks, "PANGO", ("libthat-is-not-there.so.0",))

    [error] = checks.check_pango()

    assert error.id == "portal.E001"
    assert "apt-get install -y libpangoft2-1.0-0" in error.hint
