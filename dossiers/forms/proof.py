"""A form that may ask for a code of the authenticator app beside its own questions."""

from crispy_forms.layout import Field
from django import forms

from accounts.forms import PROOF_FIELD
from portal.core.forms import PortalFormHelper
from portal.core.person_fields import AppCodeField


class ProvableForm(forms.Form):
    """Asks for the code in the form itself, so that nothing typed has to wait elsewhere."""

    helper: PortalFormHelper

    def ask_for_proof(self) -> None:
        """Ask for a code, last before the button."""
        self.fields[PROOF_FIELD] = AppCodeField()
        # Before the hidden version and the one button.
        self.helper.layout.insert(max(len(self.helper.layout) - 2, 0), Field(PROOF_FIELD))

    def forget_proof(self) -> None:
        """Ask no more: the code was taken, whatever else has to be mended."""
        del self.fields[PROOF_FIELD]
        self.helper.layout.fields = [
            item
            for item in self.helper.layout.fields
            if not (isinstance(item, Field) and item.fields == [PROOF_FIELD])
        ]
