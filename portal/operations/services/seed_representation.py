"""The demonstration's organisation with its representative, and one mandate between people."""

from datetime import datetime

from django.db import transaction

from accounts.enums import MandateKind
from accounts.models import Mandate, Organisation, Representative, User
from accounts.services.mandates import LONGEST
from portal.core.crypto import keyed_hash

REPRESENTATIVE, PRINCIPAL, HOLDER = "van-dat", "bich-ngoc", "hoa-mai"


@transaction.atomic(durable=True)
def seed_representation(*, at: datetime) -> None:
    """Let Lê Văn Đạt stand for a cooperative, and Nguyễn Thị Hoa Mai act for Võ Thị Bích Ngọc."""
    people = {
        user.username: user
        for user in User.objects.filter(username__in=[REPRESENTATIVE, PRINCIPAL, HOLDER])
    }
    organisation = Organisation(
        tax_code="0300000018",
        name="Hợp tác xã Nông nghiệp Bến Cá",
        address="Số 9, đường Bến Cá, phường Sông Tranh, tỉnh Đông Hải",
        email="htx.benca@example.vn",
        created_at=at,
    )
    organisation.save(force_insert=True)
    person = people[REPRESENTATIVE]
    Representative(
        organisation=organisation,
        user=person,
        named=person.full_name,
        contact_hash=keyed_hash(person.phone),
        title="Giám đốc",
        is_legal=True,
        valid_from=at.date(),
        added_by=person,
        added_at=at,
        accepted_at=at,
    ).save(force_insert=True)
    holder = people[HOLDER]
    # As long as a mandate may be, from the day on which the demonstration is begun.
    Mandate(
        kind=MandateKind.CODE,
        principal=people[PRINCIPAL],
        holder=holder,
        named=holder.full_name,
        contact_hash=keyed_hash(holder.phone),
        valid_from=at.date(),
        valid_until=at.date() + LONGEST,
        created_at=at,
        accepted_at=at,
    ).save(force_insert=True)
