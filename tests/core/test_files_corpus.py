"""Files of the world: real scans, and files made to harm, each with the verdict it must get."""

import json
import subprocess
import threading
import time
from pathlib import Path

import pytest

from portal.core import files
from portal.core.files import sandbox
from portal.core.files.names import MAX_NAME
from portal.core.files.opener.__main__ import MEMORY
from tests.core.uploads import (
    bomb_heic,
    bomb_pdf,
    bomb_png,
    docx,
    heic,
    inspect,
    jpeg,
    pdf,
    png,
    receive,
    refuse,
    zipped,
)
from tests.samples import UPLOADS

MEBIBYTE = 1024 * 1024
# What each file is taken as, or the reason for which it is refused.
VERDICTS = {
    "ok/exiforient__Portrait_6.jpg": "jpeg",
    "ok/ocrmypdf__baiona_cmyk.jpg": "jpeg",
    "ok/ocrmypdf__baiona_color.jpg": "jpeg",
    "ok/ocrmypdf__baiona_gray.png": "png",
    "ok/ocrmypdf__c03-29.pdf": "pdf",
    "ok/ocrmypdf__cardinal.pdf": "pdf",
    "ok/ocrmypdf__ccitt.pdf": "pdf",
    "ok/ocrmypdf__graph.pdf": "pdf",
    "ok/ocrmypdf__lichtenstein.pdf": "pdf",
    "ok/ocrmypdf__linn.png": "png",
    "ok/oletools__harmless-clean.docx": "docx",
    "ok/oletools__text_noext": "unknown",
    # A form that computes with scripts: harmless, and still not taken.
    "ok/pypdf__SF424_page2_govform.pdf": "active",
    "ok/pypdf__form.pdf": "pdf",
    "ok/specimen__to_khai_khai_sinh_fictitious.jpg": "jpeg",
    # Readable all the same: what is wrong with them harms nobody.
    "bad/ocrmypdf__hugemono.pdf": "pdf",
    "bad/ocrmypdf__kcs.pdf": "pdf",
    "bad/ocrmypdf__missing_docinfo.pdf": "pdf",
    "bad/ocrmypdf__no_contents.pdf": "pdf",
    "bad/ocrmypdf__overlay.pdf": "pdf",
    "bad/pikepdf__content-stream-errors.pdf": "pdf",
    "bad/pikepdf__cyclic-toc.pdf": "pdf",
    "bad/pikepdf__invalid_creationdate.pdf": "pdf",
    "bad/pillowheif__broken_thumbnail.heic": "heic",
    "bad/pillowheif__invalid_id.heic": "heic",
    "bad/pillowheif__invalid_metadata_type.heic": "heic",
    "bad/pypdf__bytes.pdf": "pdf",
    "bad/pypdf__outlines-with-invalid-destinations.pdf": "pdf",
    "bad/oletools__dde-test.docx": "word_active",
    "bad/oletools__dde-test.xlsx": "office",
    "bad/oletools__empty": "empty",
    "bad/oletools__encrypted.doc": "encrypted_word",
    "bad/oletools__encrypted.docx": "encrypted_word",
    "bad/oletools__encrypted.xlsx": "office",
    "bad/oletools__harmless-clean.docm": "macros",
    "bad/oletools__issue_251.rtf": "other_text",
    "bad/oletools__sample_with_calc_embedded.doc": "embedded",
    "bad/oletools__sample_with_external_link_to_doc.docx": "external",
    "bad/oletools__sample_with_external_link_to_doc.xlsx": "office",
    "bad/oletools__sample_with_vba.ppt": "office",
    "bad/pikepdf__graph-encrypted.pdf": "encrypted",
    "bad/pillowheif__200MP.heic": "too_many_pixels",
    "bad/pillowheif__corrupted.hif": "damaged_image",
    "bad/pillowheif__truncated.heic": "damaged_image",
    "bad/pypdf__attachment.pdf": "attachment",
    "bad/pypdf__encrypted-file.pdf": "encrypted",
    "bad/pypdf__r2-user-password.pdf": "encrypted",
    "bad/pypdf__r3-user-password.pdf": "encrypted",
    "bad/pypdf__r6-owner-password.pdf": "encrypted",
    "generated/bom_only.txt": "unknown",
    "generated/docx_minimal_valid.docx": "docx",
    "generated/docx_zip_bomb_64MiB.docx": "too_expanded",
    "generated/double_ext.pdf.exe": "program",
    "generated/empty.pdf": "empty",
    "generated/exe_header_renamed.pdf": "program",
    "generated/gif_js.gif": "other_image",
    "generated/jpeg_header_only.jpg": "damaged_image",
    "generated/jpg_plus_zip_polyglot.jpg": "two_types",
    "generated/minimal_valid.pdf": "pdf",
    "generated/one_byte.pdf": "damaged_pdf",
    # The page is small; what is drawn on it never becomes large either.
    "generated/pdf_flate_bomb_64MiB.pdf": "pdf",
    "generated/pdf_header_at_byte_900.pdf": "two_types",
    "generated/pdf_launch_action.pdf": "active",
    "generated/pdf_openaction_javascript.pdf": "active",
    "generated/png_bad_crc.png": "damaged_image",
    "generated/png_zero_size.png": "damaged_image",
    "generated/svg_script.svg": "markup",
    "generated/truncated_half.pdf": "damaged_pdf",
    "generated/utf16.txt": "unknown",
    "generated/zip_slip.zip": "unsafe_path",
    "generated/zip_symlink.zip": "unsafe_path",
}
NAMES_REFUSED = {
    "a\0.pdf": "name_hidden",
    "ảnh\u202egpj.exe": "name_hidden",
    "..\\..\\windows\\win.ini": "extension",
}


@pytest.fixture(scope="session")
def corpus():
    if not UPLOADS.is_dir():
        pytest.skip(f"the folder of sample uploads is absent: {UPLOADS}")
    return UPLOADS


@pytest.fixture
def peaks(monkeypatch):
    """What each child held at most, in bytes: memory itself, and addresses."""
    found = []

    def run(command, *, timeout, check, **options):
        data = options.pop("input")
        with subprocess.Popen(command, stdin=subprocess.PIPE, **options) as process:
            watcher = threading.Thread(target=watch, args=(process, found))
            watcher.start()
            try:
                out, _ = process.communicate(data, timeout=timeout)
            finally:
                process.kill()
                process.wait()
                watcher.join()
        return subprocess.CompletedProcess(command, process.returncode, out)

    monkeypatch.setattr(sandbox.subprocess, "run", run)
    return found


def watch(process, found):
    held, addresses = 0, 0
    while process.returncode is None:
        seen = status(process.pid)
        held = max(held, seen.get("VmHWM", 0))
        addresses = max(addresses, seen.get("VmPeak", 0))
        time.sleep(0.002)
    found.append((held, addresses))


def status(pid):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    return {
        key: int(value.split()[0]) * 1024
        for key, _, value in (line.partition(":") for line in lines)
        if key in {"VmHWM", "VmPeak", "VmRSS"}
    }


class Growth:
    """How much this process grew at most, from its making to the question."""

    def __init__(self):
        # Five resets the mark of the largest size that the process had so far.
        Path("/proc/self/clear_refs").write_text("5")
        self.before = status("self")["VmRSS"]

    def __call__(self):
        return status("self")["VmHWM"] - self.before


def verdict(data, name):
    try:
        return str(receive(data, name)[0].facts.kind)
    except files.UnsafeFile as error:
        return error.reason


def test_every_file_of_the_corpus_has_its_verdict(corpus):
    listed = {row["path"] for row in json.loads((corpus / "manifest.json").read_text())}

    assert listed - {"generated/hostile_filenames.json"} == set(VERDICTS)


@pytest.mark.parametrize("path", VERDICTS)
def test_file_of_the_corpus_gets_its_verdict(corpus, peaks, path):
    data = (corpus / path).read_bytes()
    growth = Growth()

    assert verdict(data, Path(path).name) == VERDICTS[path]
    assert growth() < 50 * MEBIBYTE
    assert all(held < MEMORY >= addresses for held, addresses in peaks)


@pytest.mark.parametrize(
    "path", [path for path, seen in VERDICTS.items() if seen in {"pdf", "jpeg", "png", "heic"}]
)
def test_first_page_of_a_taken_file_is_shown_within_the_limits(corpus, peaks, path):
    data = (corpus / path).read_bytes()
    growth = Growth()

    picture = files.render_preview(data, VERDICTS[path])

    assert picture.startswith(b"\x89PNG")
    assert growth() < 50 * MEBIBYTE
    assert all(held < MEMORY >= addresses for held, addresses in peaks)


def test_hostile_names_of_the_corpus_are_made_harmless(corpus):
    names = json.loads((corpus / "generated" / "hostile_filenames.json").read_text())
    refused = {}
    for name in names:
        is_word = name.endswith(".docx")
        try:
            safe = inspect(docx() if is_word else pdf(), name).safe_name
        except files.UnsafeFile as error:
            refused[name] = error.reason
            continue
        assert safe.endswith(".docx" if is_word else ".pdf")
        assert 0 < len(safe) <= MAX_NAME
        assert not set(safe) & set('/\\<>:"|?*`$;\r\n\0')
        assert safe == safe.strip(" .-")

    assert refused == NAMES_REFUSED


BOMBS = {
    "9000.png": lambda: bomb_png(9000),
    "13000.png": lambda: bomb_png(13000),
    "60000.png": lambda: bomb_png(60000),
    "30000.heic": lambda: bomb_heic(30000),
    "objects.pdf": lambda: bomb_pdf(1000),
    "part.docx": lambda: docx(("word/a.xml", bytes(100_000_000))),
    "members.zip": lambda: zipped(("a.pdf", bytes(100_000_000))),
    "nested.zip": lambda: zipped(("a.zip", zipped(("a.pdf", bytes(9_000_000))))),
    "entries.zip": lambda: zipped(*((str(n), b"") for n in range(60_000))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_costs_the_worker_nothing_and_a_child_its_limit(peaks, name):
    data = BOMBS[name]()
    growth = Growth()

    assert refuse(data, name).reason in {
        "too_many_pixels",
        "too_heavy",
        "too_expanded",
        "too_many_entries",
        "nested_zip",
    }

    assert growth() < 50 * MEBIBYTE
    assert peaks
    assert all(held < MEMORY >= addresses for held, addresses in peaks)


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("png", lambda: png((5000, 4999), "RGBA", (9, 9, 9, 9))),
        ("jpeg", lambda: jpeg((9000, 5500), quality=20)),
        ("jpeg", lambda: jpeg((9000, 5500), quality=20, progressive=True)),
        ("heic", lambda: heic((8064, 6048))),
    ],
)
def test_largest_pictures_fit_into_a_child(peaks, kind, make):
    """The limits of pixels and of memory agree: what is taken can be shown and put together."""
    data = make()

    assert inspect(data, "anh").kind == kind
    assert files.render_preview(data, kind)
    assert files.combine_photos([(data, kind), (data, kind)])
    assert all(0 < held < MEMORY >= addresses for held, addresses in peaks)


def test_limit_of_a_child_is_below_what_a_worker_may_cost():
    assert MEMORY <= 300 * MEBIBYTE
