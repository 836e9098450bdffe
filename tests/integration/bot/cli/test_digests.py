"""`digest` at the command line: a day, a workflow or a period that there is not is said in a line."""

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

BEYOND = ("0001-01-01", "9999-12-31")


@pytest.mark.parametrize("name", ["failures", "cost", "cost-month", "quality", "numbers"])
def test_a_day_that_no_record_can_be_of_is_refused(countersign: CommandLine, name: str) -> None:
    for day in BEYOND:
        said = countersign("digest", "preview", name, "--date", day).error()
        assert said == f"--date has to be a day from 1970-01-01 to 2999-12-31, not {day}"
    assert "has not begun; today is" in countersign("digest", "export", name, "--date", "2999-12-31").error()
    assert countersign("digest", "preview", name, "--date", "1970-01-01").code == 0


def test_other_commands_refuse_such_a_day_as_well(countersign: CommandLine) -> None:
    for day in BEYOND:
        chosen = countersign("course", "choose", "parcels", "hold", "--date", day)
        assert chosen.error().startswith("--date has to be a day from ")
        away = countersign("away", "U0BEN", "--until", day, COUNTERSIGN_TIMEZONE="Europe/Berlin")
        assert away.error().startswith("--until has to be a day from ")


def test_a_digest_that_is_not_made_says_why(countersign: CommandLine) -> None:
    send = ("digest", "send", "cost")
    assert countersign(*send, "--workflow", "nothing").error().startswith("there is no workflow 'nothing'")
    young = countersign(*send).error()
    assert young.startswith("there is no cost digest to make: its period is covered, or ended before the database was")
