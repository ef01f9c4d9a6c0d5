"""The catalogue: a published commune procedure with one case, five working days, no fee."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import factory
import pgtrigger

from accounts.enums import Role, Tier
from procedures.enums import (
    FeeKind,
    FeeStatus,
    FilingChannel,
    ProcedureState,
    ResultDelivery,
    RevisionState,
    ServiceMode,
    TimeUnit,
)
from procedures.models import (
    Case,
    CaseQuestion,
    FeeRule,
    Field,
    FormVersion,
    LifeEvent,
    LifeEventEntry,
    LocalRule,
    Offer,
    Paper,
    PrintableForm,
    Procedure,
    ProcessingTime,
    Revision,
    WorkflowVersion,
)
from procedures.services.publishing import measure_content, search_words

PUBLISHED_AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)

FORM_DEFINITION = {
    "version": 1,
    "title": "Tờ khai cấp giấy xác nhận",
    "sections": [
        {
            "key": "chung",
            "title": "Nội dung đề nghị",
            "fields": [
                {
                    "key": "ly_do",
                    "type": "text",
                    "label": "Lý do đề nghị",
                    "required": True,
                    "max_length": 200,
                },
            ],
        }
    ],
}

WORKFLOW_STEPS = [
    {
        "key": "tham-dinh",
        "name": "Thẩm định hồ sơ",
        "role": Role.OFFICER,
        "unit": "division:vanhoa",
        "hours": 16,
        "instruction": "Đối chiếu giấy tờ.",
    },
    {
        "key": "phe-duyet",
        "name": "Phê duyệt",
        "role": Role.LEADER,
        "unit": "deciding",
        "hours": 8,
        "instruction": "",
    },
    {
        "key": "phat-hanh",
        "name": "Vào sổ, phát hành",
        "role": Role.REGISTRAR,
        "unit": "deciding",
        "hours": 4,
        "instruction": "",
    },
]


# What keeps published content as it is, by the models that it guards.
GUARDS = [
    f"{model._meta.label}:{trigger.name}"
    for model in (
        Revision, Case, CaseQuestion, ProcessingTime, FeeRule, Paper, PrintableForm, FormVersion,
        WorkflowVersion,
    )
    for trigger in model._meta.triggers
    if trigger.name.startswith(("published_", "revision_"))
]  # fmt: skip


@contextmanager
def changing_published() -> Iterator[None]:
    """Let a test set its content up by changing what is published, which nobody else may."""
    with pgtrigger.ignore(*GUARDS):
        yield


class FieldFactory(factory.django.DjangoModelFactory[Field]):
    class Meta:
        model = Field
        django_get_or_create = ("slug",)

    slug = "ho-tich"
    name = "Hộ tịch"


class ProcedureFactory(factory.django.DjangoModelFactory[Procedure]):
    """A listed procedure; `RevisionFactory` publishes one."""

    class Meta:
        model = Procedure

    code = factory.Sequence(lambda number: f"9.{number:06d}")
    field = factory.SubFactory(FieldFactory)
    tiers = [Tier.COMMUNE]
    name = "Cấp giấy xác nhận thông tin hộ tịch"


class FormVersionFactory(factory.django.DjangoModelFactory[FormVersion]):
    class Meta:
        model = FormVersion

    procedure = factory.SubFactory(ProcedureFactory)
    number = 1
    name = "Tờ khai cấp giấy xác nhận"
    definition = factory.LazyFunction(lambda: FORM_DEFINITION)
    published_at = PUBLISHED_AT


class WorkflowVersionFactory(factory.django.DjangoModelFactory[WorkflowVersion]):
    class Meta:
        model = WorkflowVersion

    procedure = factory.SubFactory(ProcedureFactory)
    number = 1
    steps = factory.LazyFunction(lambda: WORKFLOW_STEPS)
    published_at = PUBLISHED_AT


class RevisionFactory(factory.django.DjangoModelFactory[Revision]):
    """A published revision with one default case, its online and counter times, and two papers."""

    class Meta:
        model = Revision
        skip_postgeneration_save = True

    procedure = factory.SubFactory(ProcedureFactory)
    number = 1
    state = RevisionState.PUBLISHED
    name = factory.SelfAttribute("procedure.name")
    everyday_name = "Xin giấy xác nhận hộ tịch"
    summary = "Xác nhận thông tin đã ghi trong sổ hộ tịch."
    subjects = ["Công dân Việt Nam"]
    order_of_steps = factory.LazyFunction(lambda: [{"title": "Nộp hồ sơ", "text": "Nộp hồ sơ."}])
    filing_places = "Nộp trực tuyến hoặc tại quầy."
    agency_text = "Ủy ban nhân dân cấp xã"
    results = ["Giấy xác nhận"]
    requirements = "Không có."
    legal_grounds = factory.LazyFunction(lambda: [{"number": "60/2014/QH13", "title": "Luật"}])
    decision_number = "01/QĐ-UBND"
    decision_date = date(2026, 1, 2)
    decision_agency = "Ủy ban nhân dân tỉnh Đông Hải"
    form_version = factory.SubFactory(
        FormVersionFactory, procedure=factory.SelfAttribute("..procedure")
    )
    published_at = PUBLISHED_AT

    @factory.post_generation
    def content(self, create, extracted, **kwargs):
        case = CaseFactory(revision=self, is_default=True)
        for channel in (FilingChannel.ONLINE, FilingChannel.COUNTER):
            ProcessingTimeFactory(case=case, channel=channel)
        PaperFactory(revision=self, key="giay-chung-sinh", name="Giấy chứng sinh")
        PaperFactory(revision=self, key="can-cuoc", name="Thẻ căn cước", position=1)
        self.procedure.current_revision = self
        self.procedure.state = ProcedureState.PUBLISHED
        self.procedure.name = self.name
        self.procedure.search_text = search_words(self)
        self.procedure.content_level, self.procedure.paid_level = measure_content(self)
        self.procedure.save()


class CaseFactory(factory.django.DjangoModelFactory[Case]):
    class Meta:
        model = Case

    revision = factory.SubFactory(RevisionFactory)
    key = "thong-thuong"
    name = "Thông thường"
    is_default = False


class ProcessingTimeFactory(factory.django.DjangoModelFactory[ProcessingTime]):
    class Meta:
        model = ProcessingTime

    case = factory.SubFactory(CaseFactory)
    channel = FilingChannel.ONLINE
    amount = 5
    unit = TimeUnit.WORKING_DAYS


class FeeRuleFactory(factory.django.DjangoModelFactory[FeeRule]):
    class Meta:
        model = FeeRule

    case = factory.SubFactory(CaseFactory)
    key = "le-phi"
    name = "Lệ phí cấp giấy xác nhận"
    kind = FeeKind.CHARGE
    status = FeeStatus.AMOUNT
    amount_vnd = 30_000
    channels = [FilingChannel.ONLINE, FilingChannel.COUNTER]


class PaperFactory(factory.django.DjangoModelFactory[Paper]):
    class Meta:
        model = Paper

    revision = factory.SubFactory(RevisionFactory)
    key = factory.Sequence(lambda number: f"giay-to-{number}")
    name = "Giấy tờ kèm theo"
    originals = 1


class OfferFactory(factory.django.DjangoModelFactory[Offer]):
    """The procedure served by every commune at level 3."""

    class Meta:
        model = Offer

    procedure = factory.LazyAttribute(lambda _: RevisionFactory().procedure)
    tier = Tier.COMMUNE
    declared_level = 3
    decision_number = "02/QĐ-UBND"
    decision_date = date(2026, 1, 3)
    service_mode = ServiceMode.PARTIAL
    returns = [ResultDelivery.COUNTER, ResultDelivery.ONLINE]
    workflow_version = factory.SubFactory(
        WorkflowVersionFactory, procedure=factory.SelfAttribute("..procedure")
    )
    valid_from = date(2026, 1, 5)


class LifeEventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LifeEvent

    slug = factory.Sequence(lambda number: f"su-kien-{number}")
    title = factory.Sequence(lambda number: f"Sự kiện {number}")
    summary = "Những việc cần làm"
    position = factory.Sequence(lambda number: number)
    is_shown = True


class LifeEventEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LifeEventEntry

    event = factory.SubFactory(LifeEventFactory)
    procedure = factory.SubFactory(ProcedureFactory)
    need = "Ai cũng cần."
    position = factory.Sequence(lambda number: number)


class LocalRuleFactory(factory.django.DjangoModelFactory):
    """The fee of the default case, 12.000 đồng at every commune; `time` makes it a time."""

    class Meta:
        model = LocalRule

    class Params:
        time = factory.Trait(
            fee_key="", fee_status="", amount_vnd=None,
            channel=FilingChannel.ONLINE, time_unit=TimeUnit.WORKING_DAYS, time_amount=2,
        )  # fmt: skip

    procedure = factory.SubFactory(ProcedureFactory)
    tier = Tier.COMMUNE
    case_key = "thong-thuong"
    fee_key = "le-phi"
    fee_status = FeeStatus.AMOUNT
    amount_vnd = 12_000
    decision_number = "12/2026/NQ-HĐND"
    decision_date = date(2026, 1, 5)
    valid_from = date(2026, 1, 10)
    added_by = factory.SubFactory("tests.factories.accounts.StaffFactory", role="PUBLISHER")
    added_at = PUBLISHED_AT
