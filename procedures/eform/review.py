"""What an editor should look at again in an e-form, though it can be used as it is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from portal.core.text import fold
from procedures.eform.definition import MAX_FIELDS, Definition, Field, FieldType

LONG_QUESTION: Final = 120
MANY_FIELDS: Final = MAX_FIELDS * 9 // 10
# Types that are sealed anyway, or whose answer says nothing about a person.
UNSUSPECTED: Final = frozenset(
    {FieldType.IDENTITY_NUMBER, FieldType.YES_NO, FieldType.GROUP, *(
        FieldType.HEADING, FieldType.EXPLANATION
    )}
)  # fmt: skip
PERSONAL_WORDS: Final = re.compile(
    r"\b(?:ngay sinh|ngay thang nam sinh|so dinh danh|can cuoc|cccd|chung minh nhan dan|cmnd"
    r"|ho chieu|tai khoan ngan hang|so tai khoan|dan toc|ton giao|benh|khuyet tat|bao hiem xa hoi"
    r"|tien an)\b"
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at; `path` is the question's, "" for the whole form."""

    path: str
    sentence: str


def review(definition: Definition, *, published: Definition | None = None) -> list[Remark]:
    """List what to look at again; `published` is what people fill in today."""
    now = dict(list_paths(definition))
    found = []
    if len(now) > MANY_FIELDS:
        found.append(
            Remark(
                "",
                _("Tờ khai có %(count)d mục; tối đa %(limit)d. Người dân khó điền hết.")
                % {"count": len(now), "limit": MAX_FIELDS},
            )
        )
    for path, field in now.items():
        found += [Remark(path, sentence) for sentence in _weaknesses(field)]
    if published is not None:
        found += _losses(now, dict(list_paths(published)))
    return found


def list_paths(definition: Definition) -> Iterator[tuple[str, Field]]:
    """List every question by its path, the columns of groups after their group."""
    for field in definition.fields():
        yield field.key, field
        for column in field.fields:
            yield f"{field.key}.{column.key}", column


def _weaknesses(field: Field) -> Iterator[str]:
    if field.takes_answer and len(field.label) > LONG_QUESTION and not field.help:
        yield _("Câu hỏi dài hơn %(limit)d ký tự: rút ngắn, chuyển phần giải thích xuống dưới.") % {
            "limit": LONG_QUESTION
        }
    is_suspect = field.type not in UNSUSPECTED and not field.is_personal
    if is_suspect and PERSONAL_WORDS.search(fold(field.label)):
        yield _("Có vẻ hỏi dữ liệu cá nhân nhưng chưa đánh dấu để mã hóa.")
    if field.pattern and not (field.pattern_hint or field.example):
        yield _("Có mẫu bắt buộc nhưng chưa nói bằng lời, cũng chưa có ví dụ.")


def _losses(now: Mapping[str, Field], published: Mapping[str, Field]) -> Iterator[Remark]:
    for path, field in published.items():
        if not field.takes_answer:
            continue
        if path not in now:
            yield Remark(
                "",
                _(
                    "Bản đang công bố còn hỏi “%(label)s”. Khi công bố bản này, hồ sơ đang soạn "
                    "không nộp câu trả lời ấy nữa."
                )
                % {"label": field.label},
            )
        elif now[path].type is not field.type:
            yield Remark(
                path,
                _("Kiểu trả lời khác bản đang công bố: hồ sơ đang soạn phải trả lời lại câu này."),
            )
