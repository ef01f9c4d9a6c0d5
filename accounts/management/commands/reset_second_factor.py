"""Take the authenticator app of a member of staff away, where no administrator can sign in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from accounts.services import second_factor


class Command(BaseCommand):
    help = "Gỡ ứng dụng xác thực của một cán bộ; lần đăng nhập tới người đó cài lại."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="tên đăng nhập")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.staff().usable().filter(username=options["username"]).first()
        if user is None:
            raise CommandError("Không có tài khoản cán bộ nào đang dùng tên này.")
        second_factor.reset(user_id=user.pk, actor=None, at=timezone.now())
        self.stdout.write("Đã gỡ. Mọi phiên của người này đã kết thúc, thư báo đang được gửi.")
