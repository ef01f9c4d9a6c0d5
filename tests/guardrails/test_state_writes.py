"""Only dossiers.transitions writes the state of a dossier; the table there is the law."""

import ast

from tests.guardrails import source

WRITER = "dossiers/transitions.py"
FIELDS = {"state", "resume_state", "state_changed_at", "version", "due_at", "due_notes"}
FOLDERS = ("dossiers", "payments", "reports", "portal/operations")


def state_writes(tree: ast.Module) -> list[int]:
    """Return the lines that assign such a field to a dossier, or update it in bulk."""
    lines = [
        target.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute)
        and target.attr in FIELDS
        and isinstance(target.value, ast.Name)
        and target.value.id == "dossier"
    ]
    for call in source.calls(tree):
        is_bulk = source.called_name(call) in {"update", "bulk_update"}
        if is_bulk and "Dossier.objects" in ast.unparse(call.func):
            named = {keyword.arg for keyword in call.keywords}
            lines += [call.lineno] if named & FIELDS else []
    return lines


def test_only_transitions_writes_a_dossiers_state():
    offenders = [
        f"{name}:{line}"
        for name, tree in source.modules(*FOLDERS)
        if name != WRITER
        for line in state_writes(tree)
    ]

    assert offenders == []


def test_the_rule_bites():
    assigned = ast.parse("dossier.state = 'ACCEPTED'")
    updated = ast.parse("Dossier.objects.filter(pk=1).update(state='ACCEPTED')")

    assert (state_writes(assigned), state_writes(updated)) == ([1], [1])
