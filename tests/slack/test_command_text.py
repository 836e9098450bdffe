"""SQL in the text of a command: it is a name that nothing has, and no row changes by it."""

from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import select

from handlers.commands import COMMANDS
from store import schema
from tests.slack.stage import KIM, SUPPORT, Stage
from tests.slack.stage import words as words_of
from tests.slack.test_readers import failed

pytestmark = pytest.mark.slow

HOSTILE = (
    "' OR '1'='1",
    "7; DROP TABLE cases; --",
    "7 OR 1=1",
    "sample'; DELETE FROM runs WHERE ''='",
    '7") UNION SELECT slack_id FROM teams --',
    "%",
    "ticket-_",
    "\\'; --",
    "7/**/OR/**/1",
    "%(case)s {0} :case $1 ?",
)
MORE = {"rerun": ("cause", "failed", "1 from"), "wrong": ("ticket-7",)}
"""Command -> words that stand before a name."""
TROUBLE = ("sqlite", "psycopg", "syntax error", "no such table", "went wrong")
"""Words of a database, or of an answer to what nobody expected."""
OWN_ROWS = {"audit", "reports"}
"""Tables in which a refusal, an answer, or the words of somebody who said that something is wrong are kept."""


def all_rows(stage: Stage) -> Mapping[str, Sequence[object]]:
    """Return what every table holds, but for notes of what was refused."""
    with stage.world.database.read() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table))))
            for table in schema.Base.metadata.sorted_tables
            if table.name not in OWN_ROWS
        }


@pytest.mark.parametrize("name", dict.fromkeys(one.name for one in COMMANDS))
def test_sql_in_the_words_of_a_command_finds_nothing_and_changes_nothing(stage: Stage, name: str) -> None:
    """A24."""
    failed(stage)
    before = all_rows(stage)
    for text in HOSTILE:
        for words in (text, *(f"{more} {text}" for more in MORE.get(name, ()))):
            assert stage.person(KIM).command(SUPPORT, "/countersign", f"{name} {words}").acknowledged
    told = [words_of(one.blocks) for one in stage.person(KIM).messages(SUPPORT) if one.ephemeral]
    assert not any(word in one for one in told for word in TROUBLE), told
    assert all_rows(stage) == before
