"""How the first migration of an app makes all its tables in one operation (ADR 19)."""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """
    Make several tables, with their triggers, that know of each other from the start.

    Before every operation Django renders the changed model anew, and with it all that are related:
    a hundred models one by one are some five thousand. Here the state learns of all of them first
    and is rendered once. So tables may also refer to each other in a circle: their foreign keys
    are added when the migration ends, and no field has to come later.
    """

    serialization_expand_args = ["models"]

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Tell the state of every model while there are no rendered ones that would follow."""
        vars(state).pop("apps", None)  # a cached property: rendered again by who asks next
        for operation in self.models:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make every table with its indexes, constraints and triggers, in the order given."""
        for operation in self.models:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop every table, in the opposite order."""
        for operation in reversed(self.models):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say in `migrate --plan` what happens."""
        return f"Create models {', '.join(operation.name for operation in self.models)}"
