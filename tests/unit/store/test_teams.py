"""Whoever asks the store says of which team. What no team owns is listed here, with its reason."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
SUBJECTS = ("cases", "documents", "slack", "model", "quality", "governance", "learning", "sources")
OF_NO_TEAM = {
    "documents.are_known": "asks for a table, and reads no row",
    "queue.forget_wrong_clocks": "mends rows of the task queue's own tables, which know no team",
    "installations.all_of_them": "tells a process which teams it serves",
    "installations.forget_invitations": "an invitation is no team's",
    "installations.invite": "the same",
    "installations.open_invitation": "the same",
    "installations.team_for": "finds or makes the team of a workspace",
    "installations.use_invitation": "an invitation is no team's",
    "keys.team_of": "tells whose a key is, which is a secret of that team",
    "teams.all_teams": "tells an operator which teams there are",
    "teams.first_team": "finds the team where a process has only one",
    "teams.nobodys_team": "finds the team before Slack was first connected",
    "teams.add_local_team": "makes the team",
}
ASKS_NOTHING_OF_A_TEAM = {"bot/serve/server.py": "asks whether the database answers"}
ROWS = {
    node.name
    for file in (ROOT / "store/schema").rglob("*.py")
    for node in ast.parse(file.read_text()).body
    if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "OfTeam" for base in node.bases)
}


@cache
def queries() -> dict[str, ast.FunctionDef]:
    """The public functions that take a session, by `module.function`."""
    return {
        f"{file.stem}.{node.name}": node
        for subject in SUBJECTS
        for file in sorted((ROOT / "store" / subject).rglob("*.py"))
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and takes_session(node)
    }


def takes_session(function: ast.FunctionDef) -> bool:
    return any(argument.arg == "session" for argument in function.args.args)


def says_whose(function: ast.FunctionDef) -> bool:
    """Tell whether a function takes a team by its name and uses it, or a row, which belongs to one."""
    by_name = {argument.arg for argument in function.args.kwonlyargs}
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    if "team" in by_name:
        return "team" in used
    kinds = {ast.unparse(argument.annotation) for argument in function.args.args if argument.annotation is not None}
    return bool(kinds & ROWS)


def test_every_query_says_of_which_team() -> None:
    found = queries()
    assert len(found) > 100, "the queries are where they are looked for"
    assert {name for name, function in found.items() if not says_whose(function)} == set(OF_NO_TEAM)


def test_a_query_that_says_of_no_team_is_found() -> None:
    def of(source: str) -> ast.FunctionDef:
        (function,) = ast.parse(source).body
        assert isinstance(function, ast.FunctionDef)
        return function

    assert not says_whose(of("def get(session: Session, case: int): return session.get(Case, case)"))
    assert not says_whose(of("def get(session: Session, case: int, *, team: int): return session.get(Case, case)"))
    assert says_whose(of("def end(session: Session, outage: TargetOutage): ..."))


def test_nobody_but_the_store_asks_the_database() -> None:
    """A query elsewhere would be held by none of this."""
    asks = {"get", "get_one", "scalar", "scalars", "execute", "query"}
    found = {
        str(file.relative_to(ROOT))
        for room in ("bot", "handlers", "workflows")
        for file in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in asks
        and isinstance(node.value, ast.Name)
        and node.value.id == "session"
    }
    assert found == set(ASKS_NOTHING_OF_A_TEAM)
