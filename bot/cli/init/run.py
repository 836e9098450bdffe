"""The order of the steps, and the lines that come next."""

from importlib.util import find_spec
from pathlib import Path
from shlex import join, quote

import typer

from bot.cli.init import slack, steps
from bot.cli.init.dialogue import Dialogue, say
from bot.cli.init.env_file import EnvFile
from bot.cli.init.setup import Given, Setup
from handlers.web.slack import PATH


def set_up(given: Given, dialogue: Dialogue) -> int:
    """Go through the steps; returns the exit code. Raise `Refused` for a flag that does not work."""
    setup: Setup | None = None
    try:
        folder = Path(dialogue.answer(steps.folder_question(), given.folder))
        setup = Setup(given=given, dialogue=dialogue, file=EnvFile(folder))
        _go(setup)
    except typer.Abort:
        where = f"; what was answered stands in {setup.file.path}" if setup is not None else ""
        say("")
        say(f"stopped{where}; the same command goes on from there")
        return 130
    return 0


def _go(setup: Setup) -> None:
    say(f"{'settings go' if setup.file.is_new else 'settings are there already, and more go'} to {setup.file.path}")
    steps.database(setup)
    steps.zone(setup)
    name = steps.automation_name(setup)
    which = slack.slack(setup)
    people = None if steps.has_automation(setup, name) else slack.people(setup, which=which)
    slack.places(setup, name, which=which, owner=people.owner if people is not None else "")
    steps.model(setup)
    steps.automation(setup, name, owner=people.owner if people else "", backup=people.backup if people else "")
    slack.tell(setup, which)
    _tell_next(setup, name, which)


def _tell_next(setup: Setup, name: str, which: str) -> None:
    folder, package = setup.folder, name.replace("-", "_")
    test = [f"cd {quote(str(folder))} && pytest {package}"]
    if find_spec("pytest") is None:
        test[0] += "    # pip install pytest"
    cases = join(["countersign", "run", str(folder / package / "cases.jsonl"), "--workflow", name])
    say("")
    say("Next:")
    http = setup.known("COUNTERSIGN_SLACK_HTTP")
    lines = [f"export COUNTERSIGN_ENV_FILE={quote(str(setup.file.path))}    # in each terminal"]
    if which == slack.SANDBOX:
        reached = f" --request-url http://{http}{PATH}" if http is not None else ""
        lines += [
            f"countersign sandbox{reached}    # prints the address of its page",
            "countersign serve      # in a second terminal",
        ]
    elif which == slack.WORKSPACE:
        channel = (setup.known("COUNTERSIGN_POST_TO") or "").partition(",")[0].partition("=")[2]
        if http is not None:
            lines.append(
                f"countersign manifest --request-url https://HOST    # the app's; HOST passes {PATH} to {http}"
            )
        lines += [
            f"countersign doctor --live {channel} --step scopes --step channel    # posts a message, and deletes it",
            "countersign serve",
        ]
    lines += [f"{cases}    # the first cards" if which != slack.NONE else cases, *test]
    if which == slack.NONE:
        lines.append("countersign queue")
    lines += [f"countersign charter {name} --sign    # once you have read it: then it may go alone"]
    for line in lines:
        say(f"    {line}")
