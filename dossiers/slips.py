"""
The printed forms of the one-stop-shop mechanism, each from one frozen record to one PDF.

The records hold only text, numbers and tuples, so that what is printed can be stored, compared and
printed again. Dates come in the words that the forms use ("15 giờ 00 phút, ngày 23 tháng 11 năm
2026": `portal.core.dates`); an empty text leaves its line out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.core.pdf import qr_data_uri, render_pdf

ACCEPTANCE_COPIES: Final = ("Liên 1: Lưu", "Liên 2: Giao tổ chức, cá nhân")
# Form 04 by the circulars of 2018 and of 2025.
APOLOGY_TITLE_2018: Final = "Phiếu xin lỗi và hẹn lại ngày trả kết quả"
APOLOGY_TITLE_2025: Final = "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết"


@dataclass(frozen=True, slots=True)
class SlipHead:
    """What every slip carries above its title."""

    superior: str  # the body above: "Ủy ban nhân dân phường Hồng Hà"
    desk: str  # who issues: "Trung tâm Phục vụ hành chính công"
    number: str  # "00092/TTPVHCC"
    place: str  # "Hồng Hà"
    day: str  # "ngày 23 tháng 11 năm 2026"
    code: str  # the dossier's code
    track_url: str  # what the QR code opens
    banner: str = ""  # shown on top of a demo's slips


@dataclass(frozen=True, slots=True)
class Person:
    """Whose dossier it is, as the slips address them."""

    name: str
    address: str
    phone: str
    email: str = ""
    on_behalf_of: str = ""  # the applicant, where somebody else hands the dossier in


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask."""

    name: str
    phone: str
    extension: str = ""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper of a dossier with the number of each form of it."""

    name: str
    originals: int = 0
    certified: int = 0
    photocopies: int = 0
    note: str = ""  # for papers sent online: "2 tệp điện tử"; for a supplement: its reason


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a refusal or a stop: what it is about, what is wrong, by which rule."""

    subject: str
    text: str
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """The official who signs: lines of the title ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), and the name."""

    title: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class AcceptanceSlip:
    """Form 01: acceptance and appointment."""

    head: SlipHead
    copy: str  # one of ACCEPTANCE_COPIES
    person: Person
    procedure: str
    papers: tuple[PaperLine, ...]
    sets: int
    processing_time: str  # "05 ngày làm việc", "theo từng trường hợp"
    received: str
    due: str
    result_delivery: str  # "Trung tâm …" or "Qua dịch vụ bưu chính, đến: …"
    book: str  # "Quyển số"
    entry: str  # "Số thứ tự"
    receiver_name: str
    notes: tuple[str, ...] = ()  # why this date; fees


@dataclass(frozen=True, slots=True)
class SupplementSlip:
    """Form 02: request to supplement; `note` of a paper says what is wrong with it."""

    head: SlipHead
    person: Person
    procedure: str
    papers: tuple[PaperLine, ...]
    reason: str
    ground: str
    respond_by: str
    contact: Contact
    guide_name: str


@dataclass(frozen=True, slots=True)
class RefusalSlip:
    """Form 03: refusal to accept."""

    head: SlipHead
    person: Person
    procedure: str
    reasons: tuple[Reason, ...]
    contact: Contact
    receiver_name: str


@dataclass(frozen=True, slots=True)
class ApologySlip:
    """Form 04: apology and new date."""

    head: SlipHead
    person: Person
    procedure: str
    agency: str  # who received and handles the dossier
    received: str
    due: str  # the date that was promised
    new_due: str
    reason: str
    copies_to: tuple[str, ...]
    signature: Signature
    title: str = APOLOGY_TITLE_2025
    is_overdue: bool = True  # whether the promised date has passed already


@dataclass(frozen=True, slots=True)
class StopSlip:
    """Form 05 of 2025: notice that the handling stops."""

    head: SlipHead
    person: Person
    procedure: str
    agency: str
    received: str
    reasons: tuple[Reason, ...]
    returned_papers: tuple[PaperLine, ...]
    fee_note: str  # what happens to what was paid
    contact: Contact
    copies_to: tuple[str, ...]
    signature: Signature


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One stored file of a proof of submission."""

    name: str
    pages: int  # 0 when it has none to count
    size: int  # bytes
    sha256: str

    @property
    def size_text(self) -> str:
        """The size as people read it: "1,4 MB"."""
        if self.size < 1024 * 1024:
            return f"{max(1, round(self.size / 1024))} KB"
        return f"{self.size / 1024 / 1024:.1f} MB".replace(".", ",")

    @property
    def sha256_groups(self) -> tuple[str, ...]:
        """The hash in groups of eight, so that two people can compare it aloud."""
        return tuple(self.sha256[at : at + 8] for at in range(0, len(self.sha256), 8))


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """The stored files of one paper."""

    name: str
    files: tuple[StoredLine, ...]


@dataclass(frozen=True, slots=True)
class ProofOfSubmission:
    """What the portal holds, as it stood when the dossier came in."""

    head: SlipHead
    person: Person
    applicant: str  # when the dossier is another's
    procedure: str
    case: str
    agency: str
    submitted: str
    answer_by: str  # by when the agency says whether it accepts
    result_delivery: str
    papers: tuple[StoredPaper, ...]

    @property
    def file_count(self) -> int:
        """How many files are stored."""
        return sum(len(paper.files) for paper in self.papers)


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee or charge that was paid."""

    name: str
    amount: str  # "50.000 đồng"
    ground: str = ""


@dataclass(frozen=True, slots=True)
class FeeConfirmation:
    """That the money is here: no receipt in the sense of the tax law, which the agency issues."""

    head: SlipHead
    person: Person
    procedure: str
    lines: tuple[FeeLine, ...]
    total: str  # "50.000 đồng"
    in_words: str  # "Năm mươi nghìn đồng"
    means: str  # "trực tuyến qua VNPAY", "tiền mặt tại quầy"
    paper: str  # "Mã giao dịch: …", "Biên lai giấy số: …"
    received: str
    receiver_name: str = ""  # the cashier; nobody online


@dataclass(frozen=True, slots=True)
class RepeatingGroup:
    """The rows of a repeating group, under their column names."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a declaration: labelled answers, then the repeating groups."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    groups: tuple[RepeatingGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a citizen declared on an e-form (A4, without the head of an agency)."""

    title: str
    addressee: str
    sections: tuple[Section, ...]
    promise: str
    place: str
    day: str
    signer_name: str
    code: str
    track_url: str
    filed: str  # "Nộp trực tuyến lúc …, xác nhận bằng tài khoản của người nộp"
    banner: str = ""


def render_acceptance(slip: AcceptanceSlip) -> bytes:
    """Return form 01."""
    return _render("acceptance_and_appointment", slip, slip.head.track_url)


def render_supplement(slip: SupplementSlip) -> bytes:
    """Return form 02."""
    return _render("supplement", slip, slip.head.track_url)


def render_refusal(slip: RefusalSlip) -> bytes:
    """Return form 03."""
    return _render("refusal", slip, slip.head.track_url)


def render_apology(slip: ApologySlip) -> bytes:
    """Return form 04."""
    return _render("apology", slip, slip.head.track_url)


def render_stop(slip: StopSlip) -> bytes:
    """Return form 05."""
    return _render("stop", slip, slip.head.track_url)


def render_proof(slip: ProofOfSubmission) -> bytes:
    """Return the proof of submission (A4)."""
    return _render("proof_of_submission", slip, slip.head.track_url)


def render_fee_confirmation(slip: FeeConfirmation) -> bytes:
    """Return the confirmation of fees paid."""
    return _render("fee_confirmation", slip, slip.head.track_url)


def render_declaration(slip: Declaration) -> bytes:
    """Return the citizen's declaration (A4)."""
    return _render("declaration", slip, slip.track_url)


def _render(template: str, slip: object, track_url: str) -> bytes:
    context: Mapping[str, Any] = {"slip": slip, "qr": qr_data_uri(track_url)}
    return render_pdf(f"pdf/{template}.html", context)
