"""Between a slip's record and the JSON in which it is kept; identity numbers never lie in clear."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, Final, get_args, get_origin, get_type_hints

from dossiers import slips
from dossiers.enums import SlipKind
from dossiers.models import Slip
from portal.core import crypto

Record = (
    slips.AcceptanceSlip
    | slips.SupplementSlip
    | slips.RefusalSlip
    | slips.ProofOfSubmission
    | slips.Declaration
    | slips.FeeConfirmation
    | slips.ApologySlip
    | slips.StopSlip
)
RECORDS: Final[Mapping[str, type[Any]]] = {
    SlipKind.ACCEPTANCE: slips.AcceptanceSlip,
    SlipKind.SUPPLEMENT: slips.SupplementSlip,
    SlipKind.REFUSAL: slips.RefusalSlip,
    SlipKind.PROOF: slips.ProofOfSubmission,
    SlipKind.DECLARATION: slips.Declaration,
    SlipKind.FEE_CONFIRMATION: slips.FeeConfirmation,
    SlipKind.APOLOGY: slips.ApologySlip,
    SlipKind.STOP: slips.StopSlip,
}
RENDERERS: Final[Mapping[str, Callable[[Any], bytes]]] = {
    SlipKind.ACCEPTANCE: slips.render_acceptance,
    SlipKind.SUPPLEMENT: slips.render_supplement,
    SlipKind.REFUSAL: slips.render_refusal,
    SlipKind.PROOF: slips.render_proof,
    SlipKind.DECLARATION: slips.render_declaration,
    SlipKind.FEE_CONFIRMATION: slips.render_fee_confirmation,
    SlipKind.APOLOGY: slips.render_apology,
    SlipKind.STOP: slips.render_stop,
}
# Twelve digits, however a clerk or a file's name groups them.
IDENTITY: Final = re.compile(r"(?<![0-9A-Za-z])\d(?: ?\d){11}(?![0-9A-Za-z])")


def pack(record: Record) -> dict[str, Any]:
    """
    Return the record as JSON for `Slip.content`.

    A declaration, and whatever else an identity number stands in (a clerk's reason, the name of a
    file), is sealed as a whole: what is printed must be exact, so nothing in it is masked.
    """
    plain = asdict(record)
    text = json.dumps(plain, ensure_ascii=False)
    if isinstance(record, slips.Declaration) or IDENTITY.search(text):
        return {"sealed": base64.b64encode(crypto.seal(text)).decode("ascii")}
    # Through JSON, so that a stored slip and a new one look alike: tuples become lists.
    packed: dict[str, Any] = json.loads(text)
    return packed


def unpack(slip: Slip) -> Record:
    """Return the record of a stored slip, identity numbers included: for its own readers only."""
    stored: dict[str, Any] = slip.content
    if "sealed" in stored:
        stored = json.loads(crypto.unseal(base64.b64decode(stored["sealed"])))
    record: Record = _build(RECORDS[slip.kind], stored)
    return record


def total_of(slip: Slip) -> str:
    """Return the sum that a confirmation of fees states."""
    record = unpack(slip)
    return record.total if isinstance(record, slips.FeeConfirmation) else ""


def render(slip: Slip) -> bytes:
    """Return the PDF of a slip as it was issued; it takes a second, so call it from a task."""
    return RENDERERS[slip.kind](unpack(slip))


def _build(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        # A field added later keeps its default in slips of before.
        given = {one.name: value[one.name] for one in fields(kind) if one.name in value}
        make: Any = kind
        return make(**{name: _build(hints[name], part) for name, part in given.items()})
    if get_origin(kind) is tuple:
        return tuple(_build(get_args(kind)[0], part) for part in value)
    return value
