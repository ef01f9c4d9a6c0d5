"""Print how to sign in to the demonstration in every role, and how one-time codes are read."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from portal.operations.demo_data import demo_secret, load_people, load_units
from portal.operations.selectors import demo_codes

_COLUMNS = (24, 58, 22)


class Command(BaseCommand):
    help = "In các tài khoản của bản trình diễn và cách đọc mã xác nhận."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Chỉ bản trình diễn mới có các tài khoản này.")
        self.stdout.write("\n".join(_lines()))


def _lines() -> Iterator[str]:
    people = load_people()
    citizens_url, staff_url = (
        settings.BASE_URL + reverse(name) for name in ("accounts:sign_in", "accounts:staff_sign_in")
    )
    yield f"Mật khẩu của mọi tài khoản: {people['password']}"
    yield ""
    yield f"Công dân, tại {citizens_url} (số định danh, số điện thoại hoặc thư điện tử):"
    for row in people["citizens"]:
        yield _row(row["full_name"], row["identity_number"], row["phone"])
    yield ""
    yield f"Cán bộ, tại {staff_url}:"
    places = {unit["key"]: _place(unit) for unit in load_units()}
    codes = demo_codes(at=timezone.now())
    for row in people["staff"]:
        for held in row["roles"]:
            role = str(Role[held["role"].upper()].label)
            yield _row(role, places[held["unit"]], row["username"])
    yield ""
    yield (
        "Sau mật khẩu, cán bộ nhập mã xác thực. Mã lúc này (đổi sau mỗi 30 giây, mã mới ở trang "
        f"{settings.BASE_URL}{reverse('operations:demo')}) và khóa để nhập vào ứng dụng xác thực:"
    )
    for row in people["staff"]:
        name = row["username"]
        yield f"  {name:<24} {codes.get(name, '–'):<8} {demo_secret(name)}"
    yield ""
    yield (
        f"Mã xác nhận nằm trong tin nhắn: tệp mới nhất trong {settings.OUTBOX_DIR}, hoặc trang "
        f"{settings.BASE_URL}{reverse('operations:demo')}"
    )


def _row(*cells: str) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, _COLUMNS, strict=True))
    return f"  {' '.join(padded).rstrip()}"


def _place(unit: dict[str, Any]) -> str:
    """Write a unit so that a table fits into a terminal, a division with its agency."""
    name = str(unit["name"])
    for long, short in (
        ("Trung tâm Phục vụ hành chính công", "Quầy một cửa"),
        ("Văn phòng Hội đồng nhân dân và Ủy ban nhân dân", "Văn phòng"),
        ("Ủy ban nhân dân", "UBND"),
    ):
        name = name.replace(long, short)
    if unit["kind"] != "division":
        return name
    agency = next(one for one in load_units() if one["key"] == unit["parent"])
    return f"{name}, {agency['short_name']}"
