"""The short questionnaire of a procedure's page: which case, how filed, where."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.forms import PortalFormHelper
from procedures.selectors.detail import Choice, ProcedurePage
from procedures.selectors.finder_steps import AGENCY, CASE, CHANNEL, CHANNEL_SLUGS


class SituationForm(forms.Form):
    """A GET form: each question only where there is a choice."""

    mark_optional = False

    truong_hop = forms.ChoiceField(
        label=_("Trường hợp nào?"), widget=forms.RadioSelect, required=False
    )
    cach = forms.ChoiceField(
        label=_("Nộp bằng cách nào?"), widget=forms.RadioSelect, required=False
    )
    co_quan = forms.ChoiceField(label=_("Nộp cho cơ quan nào?"), required=False)

    def __init__(self, page: ProcedurePage) -> None:
        super().__init__(
            initial={
                CASE: page.case.key,
                CHANNEL: CHANNEL_SLUGS[page.channel.key],
                AGENCY: page.agency.key if page.agency else "",
            }
        )
        self._offer(CASE, page.cases)
        self._offer(CHANNEL, (Choice(CHANNEL_SLUGS[one.key], one.name) for one in page.channels))
        self._offer(AGENCY, page.choices)
        self.helper = PortalFormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def _offer(self, name: str, choices: Iterable[Choice]) -> None:
        """Give a question its answers; a question with only one answer is not asked."""
        answers = [
            (one.key, f"{one.name} ({one.hint.rstrip('.')})" if one.hint else one.name)
            for one in choices
        ]
        field = self.fields[name]
        if len(answers) > 1 and isinstance(field, forms.ChoiceField):
            field.choices = answers
        else:
            del self.fields[name]
