"""Invite the first administrator of an installation, before anybody could do it on a page."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Unit
from accounts.services import invitations


class Command(BaseCommand):
    help = "Mời một cán bộ, ví dụ quản trị viên đầu tiên của đơn vị; đường dẫn gửi qua thư điện tử."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="tên đăng nhập")
        parser.add_argument("--name", required=True, help="họ và tên")
        parser.add_argument("--title", default="", help="chức danh")
        parser.add_argument("--email", required=True)
        parser.add_argument("--unit", required=True, help="khóa của đơn vị (Unit.key)")
        parser.add_argument("--role", choices=Role.values, default=Role.UNIT_ADMIN)

    def handle(self, *args: Any, **options: Any) -> None:
        unit = Unit.objects.filter(key=options["unit"]).first()
        if unit is None:
            raise CommandError("Không có đơn vị nào có khóa này.")
        try:
            validate_email(options["email"])
            invitations.invite_staff(
                username=options["username"],
                full_name=options["name"],
                title=options["title"],
                email=options["email"],
                grants=[invitations.Grant(Role(options["role"]), unit, timezone.localdate())],
                actor=None,
                at=timezone.now(),
            )
        except ValidationError as error:
            raise CommandError("Thư điện tử cần có dạng ten@noicap.vn.") from error
        except invitations.UsernameTaken as error:
            raise CommandError("Tên đăng nhập này đã có người dùng.") from error
        self.stdout.write("Đã mời. Đường dẫn trong thư dùng một lần, trong 72 giờ.")
