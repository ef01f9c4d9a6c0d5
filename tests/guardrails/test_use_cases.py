"""What writes in services owns one durable transaction, or requires that of its caller."""

import ast

from tests.guardrails import source

WRITES = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create"}
# The third commits statement by statement: a count of tries must outlive a request that fails.
OWNERS = {"transaction.atomic(durable=True)", "requires_transaction", "refuses_transaction"}


def unguarded(tree: ast.Module) -> list[str]:
    """Return the public functions that write rows outside any declared transaction."""
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        # Purges delete what has expired in one statement: nothing to keep together.
        and not node.name.startswith(("_", "purge_"))
        and not OWNERS & {ast.unparse(decorator) for decorator in node.decorator_list}
        and any(_is_row_write(call) for call in source.calls(node))
        and not _opens_its_own(node)
    ]


def _is_row_write(call: ast.Call) -> bool:
    if source.called_name(call) not in WRITES:
        return False
    written = ast.unparse(call.func)
    # dict.update, hash.update and the like are not rows.
    return ".objects." in written or written.endswith((".save", ".delete"))


def _opens_its_own(node: ast.FunctionDef) -> bool:
    return any("transaction.atomic" in ast.unparse(call.func) for call in source.calls(node))


def test_services_write_inside_a_declared_transaction():
    offenders = [
        f"{name}: {function}"
        for name, tree in source.modules(*source.APPS)
        if "/services/" in name
        for function in unguarded(tree)
    ]

    assert offenders == []


def test_the_rule_bites():
    bare = ast.parse("def store(*, name):\n    Unit.objects.create(name=name)\n")
    guarded = ast.parse(
        "@transaction.atomic(durable=True)\n"
        "def store(*, name):\n"
        "    Unit.objects.create(name=name)\n"
    )

    assert (unguarded(bare), unguarded(guarded)) == (["store"], [])


def test_nothing_is_written_that_fails_only_on_a_bad_day():
    told = {
        # An empty POST leaves the form unbound: it is neither valid nor wrong.
        "request.POST or None",
        # Where such a callback fails, Django asks it for a name that it does not have.
        "on_commit(partial(",
    }

    found = {
        f"{path}: {words}"
        for app in source.APPS
        for path in (source.ROOT / app).rglob("*.py")
        for words in told
        if words in path.read_text(encoding="utf-8")
    }

    assert found == set()
