"""The steps of `init`, in order. Each asks, tries the answer, writes it down, and says what doctor finds."""

import tempfile
from functools import partial
from pathlib import Path

from babel.localtime import get_localzone

from bot.app import database_of
from bot.cli.init import forms
from bot.cli.init.dialogue import Question, Wrong, say
from bot.cli.init.setup import Setup, trying
from bot.cli.scaffold import folder_of, write_automation
from bot.doctor.checks import about_database, about_models, about_workflow
from store.db import migration
from workflows.engine.errors import Refused
from workflows.model.choice import LOCAL
from workflows.model.vendors.registry import vendors

_DATABASE, _WORKFLOWS = "COUNTERSIGN_DATABASE_URL", "COUNTERSIGN_WORKFLOWS"
_SQLITE = "sqlite"
_FILE = "sqlite:///countersign.sqlite"
"""URL of the file in the folder of the settings."""
_NAME = "first-requests"


def folder_question() -> Question:
    """Ask for the folder; it is made, with room for its owner alone."""
    return Question(
        flag="--folder",
        asks="Folder for the database, the settings and your automation",
        default="countersign-data",
        check=_writable,
    )


def _writable(text: str) -> str:
    folder = Path(text or ".").expanduser().absolute()
    another = "name another folder, or have it given to this account"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Wrong(f"{folder} cannot be written to ({error.strerror or error}); {another}") from error
    return str(folder)


def database(setup: Setup) -> None:
    """Ask for the database, and make it."""

    def check(text: str) -> str:
        url = _FILE if text in ("", _SQLITE) else text
        if "://" not in url:
            # Not as in the question: where a password stands, it is masked.
            raise Wrong(f"it has to be {_SQLITE}, for a file in the folder, or a URL that begins with postgresql://")
        _make_database(setup, url)
        return url

    asks = "Database: sqlite for a file in the folder, or postgresql://USER:PASSWORD@HOST/NAME"
    setup.take(_DATABASE, Question(flag="--database", asks=asks, default=_SQLITE, check=check), setup.given.database)
    setup.tell(about_database)


def _make_database(setup: Setup, url: str) -> None:
    """Open the database, and give an empty one its tables. Raise `Wrong`."""
    with trying():
        made = database_of(setup.with_more(**{_DATABASE: url}))
        try:
            if migration.current(made) is None:
                migration.upgrade(made)
            elif made.file is None and migration.is_behind(made):
                raise Refused(
                    "it is of an earlier version of Countersign: run countersign migrate first, or name an empty one"
                )
        finally:
            made.close()


def zone(setup: Setup) -> None:
    """Ask for the time zone of digests and deadlines."""
    here = getattr(get_localzone(), "key", "UTC")
    asks = "Time zone, whose days count"
    question = Question(flag="--timezone", asks=asks, default=here, check=forms.zone)
    setup.take("COUNTERSIGN_TIMEZONE", question, setup.given.timezone)


def automation_name(setup: Setup) -> str:
    """Return the name of the first automation: of the one that the settings name, else as it is asked for."""
    known = setup.known(_WORKFLOWS)
    if known:
        # As `automation` wrote it: FOLDER/workflow.py.
        return Path(known.split(",")[0]).parent.name.replace("_", "-")

    def check(text: str) -> str:
        with trying():
            if not has_automation(setup, text):
                folder_of(text)
        return text

    asks = "Name of your first automation, lower-case words joined by hyphens"
    question = Question(flag="--automation", asks=asks, default=_NAME, check=check)
    return setup.dialogue.answer(question, setup.given.automation)


def has_automation(setup: Setup, name: str) -> bool:
    """Tell whether the automation is there already."""
    return (setup.folder / name.replace("-", "_") / "workflow.py").is_file()


def model(setup: Setup) -> None:
    """Ask who proposes: the local model, which learns from examples, or a vendor's, with its key."""
    given, known = setup.given, vendors()
    has_key = next((name for name, vendor in known.items() if vendor.key in given.keys), LOCAL)
    asks = f"Who proposes: {LOCAL}, which learns from your examples, or {', '.join(known)}"
    check = forms.one_of(LOCAL, *known)
    question = Question(flag="--model", asks=asks, default=has_key, check=check)
    name = setup.take("COUNTERSIGN_MODEL", question, given.model)
    vendor = known.get(name)
    if vendor is None:
        setup.tell(about_models)
        return

    def works(text: str) -> str:
        if text and not setup.told(about_models, **{vendor.key: text}):
            raise Wrong("see above; press Enter alone to write it into the file later")
        return text

    asks = f"{vendor.key} (Enter alone: later, in {setup.file.path})"
    question = Question(flag=vendor.key, asks=asks, default="", check=works, is_secret=vendor.key.endswith("_KEY"))
    if not setup.take(vendor.key, question, given.keys.get(vendor.key)):
        say(f"  Write {vendor.key} into {setup.file.path}, with the other settings of {name}; until then")
        say("  people get cases without a proposal.")


def automation(setup: Setup, name: str, *, owner: str, backup: str) -> None:
    """Make the automation with its test, unless it is there, and name it in the settings."""
    folder = setup.folder / name.replace("-", "_")
    if has_automation(setup, name):
        say(f"{folder} is there already, and is kept")
    else:
        write_automation(name, folder, owner=owner, backup=backup)
        say(f"made {folder}: begin with its README.md")
    setup.file.add({_WORKFLOWS: f"{folder.name}/workflow.py"})

    setup.tell(partial(about_workflow, name=name))
