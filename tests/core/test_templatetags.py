from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "value", "text"),
    [
        ("value|vnd", 125_000, "125.000 đồng"),
        ("value|vnd", 0, "0 đồng"),
        ("value|vnd", None, ""),
        ("value|moment", AT, "thứ Hai, 23/11/2026, 15:00"),
        ("value|moment", None, ""),
        ("value|day", date(2026, 11, 24), "thứ Ba, 24/11/2026"),
        ("value|day", AT, "thứ Hai, 23/11/2026"),
        ("value|day", None, ""),
        ("value|phone", "84912345678", "0912 345 678"),
        ("value|phone", None, ""),
        ("value|phone", "<b>", "&lt;b&gt;"),
        ("value|masked_phone", "84912345678", "09** *** 678"),
        ("value|masked_number", "031190000017", "********0017"),
        ("value|due_in", 2, "còn 2 ngày làm việc"),
        ("value|due_in", -3, "quá hạn 3 ngày làm việc"),
        ("value|due_in", 0, "đến hạn hôm nay"),
        ("value|due_in:True", 0, "quá hạn từ hôm nay"),
        ("value|due_in", None, ""),
    ],
)
def test_filters(expression, value, text):
    template = Template(f"{{% load portal %}}{{{{ {expression} }}}}")

    assert template.render(Context({"value": value})) == text
