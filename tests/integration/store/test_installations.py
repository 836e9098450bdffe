"""Installations and invitations as rows: what stands, what has ended, and what is settled where two come at once."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.slack.installing.token_vault import Vault, new_key
from store import schema
from store.db.database import Database
from store.governance import audit
from store.slack.installations import Granted, Installed
from store.states import InstallationEnd
from store.subjects import SubjectKind
from workflows.engine.case import installations, invitations
from workflows.engine.case.team import team_of
from workflows.engine.context import SYSTEM
from workflows.engine.errors import Refused

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
GRANTED = Granted(app_id="A1", enterprise_id=None, is_whole=False, bot_user="U0B", bot_id="B0B", scopes="chat:write")
AT_ONCE = 4
VAULT = Vault(new_key())

AnyT = TypeVar("AnyT")


@contextmanager
def closing_database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    with closing_database(migrated_url) as database:
        yield database


def install(database: Database, workspace: str, *, token: str = "xoxb-one", by: str = "U1") -> int:
    sealed = VAULT.seal(workspace, token)
    return installations.install(
        database, workspace=workspace, name=f"Name of {workspace}", granted=GRANTED, sealed_token=sealed, by=by, at=NOW
    ).team


def found(database: Database) -> dict[str, Installed]:
    return {one.workspace: one for one in installations.of_all(database)}


def at_once(does: Callable[[int], AnyT]) -> list[AnyT]:
    """The results of calls that begin together."""
    barrier = Barrier(AT_ONCE)

    def begin(number: int) -> AnyT:
        barrier.wait()
        return does(number)

    with ThreadPoolExecutor(AT_ONCE) as executor:
        return list(executor.map(begin, range(AT_ONCE)))


def test_the_first_workspace_takes_the_team_that_is_there_already(database: Database) -> None:
    """Cases that were taken in before Slack was connected are its own."""
    local = team_of(database, at=NOW).id
    assert install(database, "T0ONE") == local
    assert install(database, "T0TWO") != local
    assert [line.workspace for line in installations.all_teams(database)] == ["T0ONE", "T0TWO"]


Moves = st.lists(st.tuples(st.sampled_from(["T0ONE", "T0TWO", "E0THREE"]), st.sampled_from(["install", "end", "late"])))


@settings(max_examples=15)
@given(moves=Moves)
def test_a_workspace_is_as_its_own_last_move_left_it(
    moves: list[tuple[str, str]], migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever becomes of one, nothing changes in another."""
    file = tmp_path_factory.mktemp("moves") / "moves.sqlite"
    shutil.copy(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}")
    stands: dict[str, bool] = {}
    turns: dict[str, int] = {}
    for workspace, move in moves:
        known = found(database).get(workspace)
        if move == "install":
            install(database, workspace, token=f"xoxb-{turns.get(workspace, 0)}")
            stands[workspace] = True
        elif known is None:
            continue
        else:
            turn = None if move == "end" else known.turn - 1
            ended = installations.end(database, team=known.team, why=InstallationEnd.REVOKED, at=NOW, turn=turn)
            assert ended == (stands[workspace] and move == "end"), "one that was seen earlier is not ended"
            if not ended:
                continue
            stands[workspace] = False
        turns[workspace] = turns.get(workspace, 0) + 1
    database_has = found(database)
    assert {name: one.ended_at is None for name, one in database_has.items()} == stands
    assert {name: one.turn for name, one in database_has.items()} == turns
    for name, one in database_has.items():
        assert (one.sealed_token is not None) == stands[name], "an ended one keeps no token"
        if one.sealed_token is not None:
            assert VAULT.open(name, one.sealed_token) == f"xoxb-{turns[name] - 1}"
    database.close()


def test_an_installation_anew_stands_again_and_the_former_token_is_forgotten(database: Database) -> None:
    team = install(database, "T0ONE", token="xoxb-former")
    former = found(database)["T0ONE"]
    assert installations.end(database, team=team, why=InstallationEnd.UNINSTALLED, at=NOW + HOUR)
    ended = found(database)["T0ONE"]
    assert (ended.sealed_token, ended.ended_at, ended.ended_why) == (None, NOW + HOUR, InstallationEnd.UNINSTALLED)
    assert install(database, "T0ONE", token="xoxb-next", by="U2") == team
    again = found(database)["T0ONE"]
    assert (again.ended_at, again.ended_why, again.installed_by, again.turn) == (None, None, "U2", 3)
    assert again.sealed_token is not None
    assert VAULT.open("T0ONE", again.sealed_token) == "xoxb-next"
    # The refusal of a call with the former token comes late.
    assert not installations.end(database, team=team, why=InstallationEnd.REVOKED, at=NOW, turn=former.turn)
    with database.read() as session:
        subject = SubjectKind.TEAM.of(team)
        rows = session.scalars(select(schema.AuditRow).where(schema.AuditRow.is_about(subject)).order_by("id")).all()
        assert [(row.action, row.actor) for row in rows] == [
            ("workspace.installed", "U1"),
            ("workspace.ended", SYSTEM),
            ("workspace.installed_again", "U2"),
        ]
        assert audit.last_id(session, team=team) == rows[-1].id


def test_workspaces_that_are_installed_at_once_get_a_team_each(database: Database) -> None:
    for round_number in range(3):
        if round_number == 0:
            team_of(database, at=NOW)
        names = [f"T0{round_number}{number}" for number in range(AT_ONCE)]
        teams = at_once(lambda number, names=names: install(database, names[number]))  # type: ignore[misc]  # bound now
        assert len(set(teams)) == AT_ONCE
        assert {name: found(database)[name].team for name in names} == dict(zip(names, teams, strict=True))
    assert None not in [line.workspace for line in installations.all_teams(database)]


def test_one_workspace_that_is_installed_at_once_gets_one_team(database: Database) -> None:
    teams = at_once(lambda number: install(database, "T0ONE", token=f"xoxb-{number}"))
    assert len(set(teams)) == 1
    assert found(database)["T0ONE"].turn == AT_ONCE
    assert len(installations.all_teams(database)) == 1


def test_an_invitation_is_used_once_also_by_those_who_come_at_once(database: Database) -> None:
    made = invitations.invite(database, for_workspace="T0ONE", lasts=HOUR, by="cli:ana", at=NOW)
    assert invitations.find(database, made.secret, at=NOW) is not None
    assert invitations.find(database, made.secret, at=NOW) is not None, "a look does not use it"
    used = [one for one in at_once(lambda _: invitations.use(database, made.secret, at=NOW)) if one is not None]
    assert [(one.for_workspace, one.by) for one in used] == [("T0ONE", "cli:ana")]
    assert invitations.find(database, made.secret, at=NOW) is None
    assert invitations.use(database, made.secret, at=NOW) is None


def test_an_invitation_ends_and_is_forgotten(database: Database) -> None:
    made = invitations.invite(database, for_workspace=None, lasts=HOUR, by="cli:ana", at=NOW)
    assert made.until == NOW + HOUR
    assert invitations.use(database, made.secret, at=made.until) is None
    later = invitations.invite(database, for_workspace=None, lasts=HOUR, by="cli:ana", at=NOW + timedelta(days=40))
    with database.read() as session:
        kept = session.scalars(select(schema.Invitation.digest)).all()
    assert len(kept) == 1
    assert later.secret not in kept[0]


def test_a_secret_that_nobody_was_given_opens_nothing(migrated_sqlite_url: str) -> None:
    with closing_database(migrated_sqlite_url) as database:
        for secret in ("", "x", "x" * 43, "x" * 44, "../x", "x\0" * 30, "ä" * 43):
            assert invitations.find(database, secret, at=NOW) is None
            assert invitations.use(database, secret, at=NOW) is None


def test_an_impossible_invitation_is_refused(migrated_sqlite_url: str) -> None:
    impossible = [
        ("C0SUPPORT", 1, "begins with T"),
        ("t0one", 1, "begins with T"),
        (None, 0, "up to 168"),
        (None, 169, "up to 168"),
    ]
    with closing_database(migrated_sqlite_url) as database:
        for workspace, hours, why in impossible:
            with pytest.raises(Refused, match=why):
                invitations.invite(database, for_workspace=workspace, lasts=hours * HOUR, by="cli:ana", at=NOW)


def test_tokens_are_encrypted_anew_unless_a_newer_one_came_meanwhile(database: Database) -> None:
    """A key is replaced while people install: the newer token wins."""
    for workspace in ("T0ONE", "T0TWO", "T0THREE"):
        install(database, workspace)
    installations.end(database, team=found(database)["T0THREE"].team, why=InstallationEnd.REMOVED, at=NOW)
    other = Vault(new_key())

    def encrypt(one: Installed) -> str | None:
        assert one.sealed_token is not None
        if one.workspace == "T0TWO":
            install(database, "T0TWO", token="xoxb-newer")
        return other.seal(one.workspace, VAULT.open(one.workspace, one.sealed_token))

    done = installations.encrypt_anew(database, encrypt, by="cli:ana", at=NOW)
    assert [one.workspace for one in done] == ["T0ONE"]
    tokens = {name: one.sealed_token for name, one in found(database).items()}
    assert tokens["T0ONE"] is not None
    assert other.open("T0ONE", tokens["T0ONE"]) == "xoxb-one"
    assert tokens["T0TWO"] is not None
    assert VAULT.open("T0TWO", tokens["T0TWO"]) == "xoxb-newer"
    assert tokens["T0THREE"] is None
    assert found(database)["T0ONE"].turn == 1, "nobody has to begin anew for it"


def test_no_token_is_in_a_dump_of_the_database(database: Database) -> None:
    """A30: neither one that stands, nor one that was replaced or ended, nor the secret of an invitation."""
    team = install(database, "T0ONE", token="xoxb-former")
    install(database, "T0ONE", token="xoxb-next")
    installations.end(database, team=install(database, "T0TWO"), why=InstallationEnd.REVOKED, at=NOW)
    made = invitations.invite(database, for_workspace=None, lasts=HOUR, by="cli:ana", at=NOW)
    assert replace(found(database)["T0ONE"], sealed_token=None).team == team
    with database.read() as session:
        dump = "".join(
            repr(tuple(row)) for table in schema.Base.metadata.sorted_tables for row in session.execute(select(table))
        ).encode()
    if database.file is not None:  # also what stands in freed pages
        dump += b"".join(file.read_bytes() for file in database.file.parent.glob(f"{database.file.name}*"))
    assert b"T0ONE" in dump
    assert b"xox" not in dump
    assert made.secret.encode() not in dump
