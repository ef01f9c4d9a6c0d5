"""
Make the portal's files of administrative units from two lists of JSON lines (plain or gzipped).

    scripts/build_places.py UNITS FORMER

UNITS: level (tinh, xa), code, full_name, parent. FORMER: old_code, old_ward, old_district,
old_province, new_code, new_ward, new_province_code, is_default.
"""

import gzip
import json
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "portal" / "core" / "places"


def main(units_path: str, former_path: str) -> None:
    """Write both files, in the order of the codes."""
    units = list(_rows(units_path))
    communes = {row["code"]: row for row in units if row["level"] == "xa"}
    by_name = {(row["parent"], row["full_name"]): code for code, row in communes.items()}
    lines = [
        "\t".join((row["code"], row["parent"] or "", _name(row["full_name"])))
        for row in sorted(units, key=lambda row: (row["level"], row["code"]))
    ]
    (TARGET / "units.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    found: dict[tuple[str, str, str, str], list[tuple[bool, str]]] = {}
    for row in _rows(former_path):
        # Where the lists disagree on a code, the name within the province decides.
        new = row["new_code"]
        if new not in communes:
            new = by_name[row["new_province_code"], row["new_ward"]]
        key = (row["old_province_code"], row["old_district_code"], row["old_code"], "")
        names = (row["old_province"], row["old_district"], row["old_ward"])
        key = (*key[:3], "\t".join(_name(name) for name in names))
        found.setdefault(key, []).append((not row["is_default"], new))
    lines, province, district = [], "", ""
    for (_p, _d, code, joined), new_codes in sorted(found.items()):
        former = joined.split("\t")
        if former[0] != province:
            province, district = former[0], ""
            lines.append(f"P\t{province}")
        if former[1] != district:
            district = former[1]
            lines.append(f"D\t{district}")
        ordered = " ".join(new for _is_other, new in sorted(new_codes))
        lines.append(f"C\t{code}\t{former[2]}\t{ordered}")
    (TARGET / "former.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(path: str) -> Iterator[dict[str, Any]]:
    content = Path(path).read_bytes()
    text = gzip.decompress(content) if path.endswith(".gz") else content
    for line in text.decode().splitlines():
        yield json.loads(line)


def _name(name: str) -> str:
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    return tidy[:1].upper() + tidy[1:]


if __name__ == "__main__":
    main(*sys.argv[1:3])
