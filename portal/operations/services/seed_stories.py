"""The first histories of the demonstration: who files what, how far it has come, and since when."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import cache
from typing import Final
from uuid import UUID, uuid5

_NAMESPACE: Final = UUID("6f1f3f0e-5a55-5c0c-9d0b-0d0a70c0de99")

BIRTH: Final = "1.001193"
STATUS: Final = "1.004873"
WEDDING: Final = "1.000894"
BUSINESS: Final = "1.001612"
CONFIRMING: Final = "2.002516"
LABOUR: Final = "2.001955"
LEGAL_AID: Final = "2.000829"
VEHICLE: Final = "2.002288"
FISHING: Final = "1.003634"
# Paid after acceptance, before the work begins; or before the desk looks at it.
PAID: Final = frozenset({BUSINESS})
PAID_AT_FILING: Final = frozenset({CONFIRMING})
# The communes that have most of it.
OFFICES: Final = ("songtranh", "binhlam")


class Act(StrEnum):
    """One thing that somebody does to a dossier after it was handed in."""

    CLAIM = "claim"
    ACCEPT = "accept"
    REFUSE = "refuse"
    ASK = "ask"
    ANSWER = "answer"
    PAY = "pay"
    PROPOSE = "propose"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    ISSUE = "issue"
    RETURN = "return"
    STOP = "stop"
    WITHDRAW = "withdraw"
    EXTEND = "extend"


@dataclass(frozen=True, slots=True)
class Move:
    """An act, so many office minutes after the one before, or on the following evening."""

    act: Act
    minutes: int = 0
    in_evening: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """
    One dossier of the demonstration.

    Its moves end `minutes_ago` office minutes before now, or start at `clock` on the working day
    that lies `days_ago` before today; one that was just handed in came `nights_ago` evenings ago.
    """

    number: int
    commune: str
    procedure: str
    owner: str
    path: str
    detail: str = ""
    minutes_ago: int = 0
    days_ago: int = 0
    clock: time = time(8, 0)
    nights_ago: int = 0
    second_clerk: bool = False
    returning: str = "COUNTER"
    is_family: bool = False
    files: int = 1
    copies: int = 0
    pays_online: bool = False

    @property
    def key(self) -> UUID:
        """Return what the dossier is known by: it carries it as its submission key."""
        return uuid5(_NAMESPACE, f"dossier-{self.number}")

    @property
    def moves(self) -> tuple[Move, ...]:
        return _moves(self)

    @property
    def is_quick(self) -> bool:
        """Whether the whole work takes hours and not days."""
        return self.procedure in {BIRTH, WEDDING, CONFIRMING}


# Office minutes between one act and the next: hours for what is due on the day, else days.
_QUICK: Final = {"start": 25, "propose": 70, "approve": 45, "issue": 25, "return": 60}
_SLOW: Final = {"start": 80, "propose": 380, "approve": 120, "issue": 50, "return": 260}
_CLAIM_AFTER: Final = 20
_PAY_AFTER: Final = 75
# When the apology is signed: the day before the three days are over, or two days after.
_IN_TIME: Final = 700
_TOO_LATE: Final = 2_000


@cache
def _moves(story: Story) -> tuple[Move, ...]:
    gap = _QUICK if story.is_quick else _SLOW
    accepted = [Move(Act.ACCEPT)]
    refused = [Move(Act.REFUSE)]
    withdrawn = [Move(Act.CLAIM), Move(Act.WITHDRAW, _CLAIM_AFTER)]
    if story.procedure in PAID_AT_FILING:
        first = Move(Act.PAY)
        accepted = [first, Move(Act.ACCEPT, _PAY_AFTER)]
        refused = [first, Move(Act.REFUSE, _PAY_AFTER)]
        # Before the fee was paid: nothing has to go back.
        withdrawn = [Move(Act.WITHDRAW)]
    paid = [*accepted, Move(Act.PAY, _PAY_AFTER)] if story.procedure in PAID else accepted
    started = [*paid, Move(Act.CLAIM, gap["start"])]
    proposed = [*started, Move(Act.PROPOSE, gap["propose"])]
    approved = [*proposed, Move(Act.APPROVE, gap["approve"])]
    decided = [*approved, Move(Act.ISSUE, gap["issue"])]
    claim = Move(Act.CLAIM, _CLAIM_AFTER)
    asked_later = [*started, Move(Act.ASK, gap["propose"] // 3)]
    answered_later = [*asked_later, Move(Act.ANSWER, in_evening=True)]
    concluded = [
        Move(Act.PROPOSE, gap["propose"]),
        Move(Act.APPROVE, gap["approve"]),
        Move(Act.ISSUE, gap["issue"]),
    ]
    at_the_desk = [Move(Act.RETURN, gap["return"])]
    if story.copies:
        at_the_desk = [Move(Act.PAY, gap["return"]), Move(Act.RETURN, 5)]
    paths = {
        "submitted": [],
        "claimed": [Move(Act.CLAIM)],
        "asked": [Move(Act.ASK)],
        "answered": [Move(Act.ASK), Move(Act.ANSWER, in_evening=True)],
        "refused": refused,
        "withdrawn": withdrawn,
        "accepted": accepted,
        "paid": paid,
        "started": started,
        "stopped": [*started, Move(Act.STOP, gap["propose"])],
        "asked-later": asked_later,
        "answered-later": answered_later,
        "answered-returned": [*answered_later, *concluded, *at_the_desk],
        "extended": [*started, Move(Act.EXTEND, _IN_TIME)],
        "extended-late": [*started, Move(Act.EXTEND, _TOO_LATE)],
        "withdrawn-paying": [*accepted, Move(Act.WITHDRAW, _PAY_AFTER)],
        "denied": [*decided, *at_the_desk],
        "proposed": proposed,
        "leader-claimed": [*proposed, claim],
        "sent-back": [*proposed, Move(Act.SEND_BACK, gap["approve"])],
        "approved": approved,
        "registrar-claimed": [*approved, claim],
        "decided": decided,
        "decided-claimed": [*decided, claim],
        "returned": [*decided, *at_the_desk],
    }
    return tuple(paths[story.path])


@cache
def first_stories() -> tuple[Story, ...]:
    """Return the histories that are there when the demonstration opens, numbered from 1."""
    rows = [("songtranh", row) for row in _SONG_TRANH] + [("binhlam", row) for row in _BINH_LAM]
    return tuple(
        make_story(number, commune, row)
        for number, (commune, row) in enumerate([*rows, *_SPECIAL], start=1)
    )


def make_story(number: int, commune: str, row: tuple[str, ...]) -> Story:
    """Read a row: `when` is "45m", "3d 08:10" or "1n", `more` is "post files=2 second"."""
    procedure, owner, path, when, detail, more = (*row, "") if len(row) == 5 else row
    words = more.split()
    numbers = {name: int(value) for name, _is, value in (w.partition("=") for w in words) if value}
    ago, _space, clock = when.partition(" ")
    amount, unit = int(ago[:-1]), ago[-1]
    return Story(
        number=number,
        commune=commune,
        procedure=procedure,
        owner=owner,
        path=path,
        detail=detail,
        minutes_ago=amount if unit == "m" else 0,
        days_ago=amount if unit == "d" else 0,
        nights_ago=amount if unit == "n" else 0,
        clock=time.fromisoformat(clock or "08:00"),
        second_clerk="second" in words,
        returning=next((word.upper() for word in words if word in {"online", "post"}), "COUNTER"),
        is_family="family" in words,
        files=numbers.get("files", 1),
        copies=numbers.get("copies", 0),
        pays_online="vnpay" in words,
    )


# procedure, owner, path, when, detail, more. The detail of a birth is "name|sex|age in days", of a
# status its purpose, of a wedding the other person, of a business "name|trade|capital in millions".
_SONG_TRANH: Final = (
    (BIRTH, "hoa-mai", "returned", "9d 08:10", "Trần Nguyễn An Nhiên|nu|12", "post files=2"),
    (BIRTH, "thuy-linh", "returned", "14d 08:25", "Nguyễn Minh Khôi|nam|20", "online"),
    (BIRTH, "minh-quan", "returned", "4d 08:40", "Phan Tường Vy|nu|30"),
    (BIRTH, "hong-nhung", "decided-claimed", "1d 13:35", "Lý Gia Hân|nu|8", "files=2"),
    (BIRTH, "van-son", "proposed", "45m", "Vũ Đức Phúc|nam|15", "online"),
    (BIRTH, "bao-chau", "started", "1d 15:40", "Đinh Hoàng Minh|nam|25", "online"),
    (BIRTH, "thu-phuong", "submitted", "1n", "Lâm Bảo An|nu|6", "post files=3"),
    (BIRTH, "ngoc-diep", "asked", "2d 09:15", "Huỳnh Thiên Ân|nam|40", "online"),
    (BIRTH, "kim-ngan", "refused", "3d 10:20", "Phan Tường Vy|nu|31"),
    (BIRTH, "thanh-truc", "withdrawn", "1d 10:30", "Vũ Đức Phúc|nam|14"),
    (BIRTH, "my-hanh", "asked", "13d 09:00", "Lương Gia Khánh|nam|80", "online second"),
    (BIRTH, "nhat-nam", "answered", "3d 08:50", "Kiều Nhật Hạ|nu|50", "online"),
    (STATUS, "hoa-mai", "asked-later", "2d 08:45", "vay_von", "online"),
    (STATUS, "thu-hang", "started", "2d 15:25", "ket_hon=van-dat", "online"),
    (STATUS, "huu-phuoc", "accepted", "2d 15:40", "mua_ban_nha_dat", "post"),
    (STATUS, "quang-dung", "returned", "16d 08:30", "ket_hon=hai-yen"),
    (STATUS, "hai-yen", "returned", "15d 09:10", "ket_hon=quang-dung", "online"),
    (STATUS, "tuan-kiet", "leader-claimed", "60m", "vay_von"),
    (STATUS, "khanh-vy", "approved", "30m", "ket_hon=minh-tri", "online"),
    (STATUS, "duc-anh", "submitted", "50m", "mua_ban_nha_dat"),
    (STATUS, "anh-thu", "stopped", "8d 09:00", "ket_hon=thanh-tung"),
    (STATUS, "minh-tri", "claimed", "1d 16:24", "ket_hon=khanh-vy", "online second"),
    (STATUS, "nhat-nam", "submitted", "4d 10:15", "vay_von", "post"),
    (STATUS, "quoc-huy", "answered-later", "6d 09:20", "vay_von"),
    (WEDDING, "hai-yen", "returned", "7d 08:20", "quang-dung", "copies=2"),
    (WEDDING, "anh-thu", "decided-claimed", "1d 13:40", "thanh-tung", "copies=1 second"),
    (WEDDING, "huu-phuoc", "started", "70m", "my-hanh"),
    (WEDDING, "khanh-vy", "submitted", "1d 16:25", "minh-tri", "copies=1"),
    (WEDDING, "thu-hang", "withdrawn", "10d 10:00", "van-dat"),
    (WEDDING, "phuong-uyen", "registrar-claimed", "2d 10:00", "bao-long", "copies=2"),
    (BUSINESS, "huu-phuoc", "accepted", "1d 09:30", "Quán cơm Hữu Phước|5610|80"),
    (BUSINESS, "my-hanh", "submitted", "95m", "Tiệm may Mỹ Hạnh|1410|35"),
    (BUSINESS, "quoc-huy", "returned", "11d 08:30", "Tạp hóa Huy Mai|4711|120", "family"),
    (BUSINESS, "trong-nghia", "paid", "100m", "Sửa xe Trọng Nghĩa|9521|60"),
    (BUSINESS, "xuan-truong", "started", "2d 16:00", "Cà phê Góc Chợ|5630|90", "second"),
    (BUSINESS, "van-son", "started", "6d 09:00", "Vật liệu Văn Sơn|4752|300"),
    (BUSINESS, "duc-anh", "proposed", "120m", "Nhà thuốc thú y Đức Anh|4773|150"),
    (BUSINESS, "bao-long", "asked-later", "2d 08:30", "Bánh mì Ngon|5610|40"),
    (BUSINESS, "tuan-kiet", "refused", "5d 09:40", "Karaoke Tuấn Kiệt|9329|500"),
    (BUSINESS, "gia-huy", "decided", "250m", "Hoa tươi Gia Huy|4773|45"),
)
_BINH_LAM: Final = (
    (BIRTH, "tuyet-nhi", "returned", "5d 08:15", "Mai Chí Kiên|nam|18", "online"),
    (BIRTH, "thi-lua", "submitted", "1n", "Hồ Ngọc Mai|nu|9", "files=2"),
    (BIRTH, "van-thang", "withdrawn", "2d 09:00", "Hồ Ngọc Mai|nu|7"),
    (BIRTH, "bich-ngoc", "started", "2d 14:00", "Võ Minh Thư|nu|95", "post"),
    (BIRTH, "cong-danh", "refused", "1d 08:50", "Mai Chí Kiên|nam|22"),
    (BIRTH, "van-hau", "decided", "1d 13:50", "Phùng Đăng Khoa|nam|33", "online files=2"),
    (STATUS, "van-dat", "accepted", "2d 15:30", "ket_hon=thu-hang"),
    (STATUS, "ngoc-an", "returned", "13d 08:40", "ket_hon=dinh-phuc", "online"),
    (STATUS, "dinh-phuc", "returned", "12d 09:00", "ket_hon=ngoc-an", "post"),
    (STATUS, "bich-ngoc", "proposed", "90m", "khac"),
    (STATUS, "hoai-nam", "asked-later", "3d 10:00", "ket_hon=my-duyen", "online"),
    (STATUS, "cong-danh", "submitted", "1d 16:10", "vay_von", "online"),
    (WEDDING, "ngoc-an", "accepted", "30m", "dinh-phuc", "copies=1"),
    (WEDDING, "my-duyen", "decided", "220m", "hoai-nam", "copies=2"),
    (WEDDING, "van-dat", "stopped", "9d 08:30", "thu-hang"),
    (BUSINESS, "van-dat", "accepted", "1d 10:10", "Sửa xe Đạt Lê|9521|45"),
    (BUSINESS, "van-thang", "started", "2d 16:00", "Nông sản Gò Mây|4620|70"),
    (BUSINESS, "cong-danh", "approved", "30m", "Máy nông cụ Công Danh|4653|200"),
    (BUSINESS, "thi-lua", "asked-later", "4d 08:20", "Bún Lụa|5610|25"),
    (BUSINESS, "dinh-phuc", "claimed", "35m", "Homestay Bãi Dâu|5510|250"),
)
# Money online, money that goes back, apologies, and a beginning for the desks of departments.
_SPECIAL: Final = (
    ("songtranh", (BUSINESS, "van-luc", "extended-late", "7d 08:30", "Gốm Văn Lực|4752|210", "")),
    ("songtranh", (BUSINESS, "minh-duc", "extended", "5d 08:15", "Bếp Minh Đức|5610|70", "vnpay")),
    ("songtranh", (BUSINESS, "van-tien", "stopped", "12d 08:40", "Cá khô Tiến|4620|65", "vnpay")),
    ("binhlam", (BUSINESS, "quoc-toan", "stopped", "14d 08:20", "Mộc Quốc Toàn|4752|150", "")),
    (
        "songtranh",
        (BUSINESS, "huu-tai", "withdrawn-paying", "6d 09:00", "Trà Hữu Tài|5630|40", "vnpay"),
    ),
    ("songtranh", (CONFIRMING, "thi-hanh", "returned", "5d 08:45", "1", "online vnpay")),
    ("songtranh", (CONFIRMING, "ngoc-lan", "paid", "80m", "2", "online vnpay")),
    ("binhlam", (CONFIRMING, "thu-thao", "refused", "2d 08:20", "0", "online vnpay")),
    ("so-noi-vu", (LABOUR, "thanh-phong", "started", "2d 08:30", "0", "")),
    ("so-noi-vu", (LABOUR, "duy-khanh", "decided", "4d 08:10", "2", "")),
    ("so-tu-phap", (LEGAL_AID, "kim-oanh", "submitted", "2n", "0", "")),
    ("so-xay-dung", (VEHICLE, "chi-bao", "approved", "40m", "1", "")),
    ("so-nong-nghiep-moi-truong", (FISHING, "tan-loc", "claimed", "85m", "2", "")),
    ("so-tu-phap", (LEGAL_AID, "thi-nga", "proposed", "75m", "1", "")),
    ("so-xay-dung", (VEHICLE, "cong-hau", "submitted", "1n", "0", "")),
    ("so-nong-nghiep-moi-truong", (FISHING, "duc-thinh", "accepted", "1d 14:00", "0", "")),
)
