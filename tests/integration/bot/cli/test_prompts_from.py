"""An operator is told where prompts come from: by the first run on a new file, by status and by doctor."""

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

UNTIL = "Prompts: from files until something is deployed"
FILES = "Prompts: from files, not deployed (COUNTERSIGN_PROMPTS=files)"


def test_the_first_run_status_and_doctor_say_where_prompts_come_from(empty: CommandLine) -> None:
    rows = empty.folder / "none.csv"
    rows.write_text("id,customer,subject,text,language\n")
    assert UNTIL in empty.done("run", str(rows), "--workflow", "support-triage").err
    assert UNTIL not in empty.done("run", str(rows), "--workflow", "support-triage").err
    assert UNTIL in empty.done("status").out
    assert UNTIL in empty("doctor").out
    assert "Prompts: deployed." in empty.done("status", COUNTERSIGN_PROMPTS="deployed").out
    assert FILES in empty.done("status", COUNTERSIGN_PROMPTS="files").out
    assert f"note  {FILES}" in empty("doctor", COUNTERSIGN_PROMPTS="files").out
