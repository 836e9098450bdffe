"""The state of one `init`: what was given beforehand, the file of settings, and how an answer is tried."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import App, opened
from bot.cli.init.dialogue import Dialogue, Question, Wrong, say
from bot.cli.init.env_file import EnvFile
from bot.settings import Settings, SettingsUnusable, settings_with
from handlers.texts.operations.findings import BAD, Finding
from workflows.engine.errors import CountersignError
from workflows.model.port import ModelError


@dataclass(frozen=True, kw_only=True)
class Given:
    """The answers that were given beforehand; None: to be asked."""

    folder: str | None
    database: str | None
    timezone: str | None
    automation: str | None
    slack: str | None
    bot_token: str | None
    app_token: str | None
    slack_url: str | None
    slack_http: str | None
    """Address where serve hears Slack over HTTP."""
    signing_secret: str | None
    owner: str | None
    backup: str | None
    channel: str | None
    reviewers: str | None
    model: str | None
    keys: Mapping[str, str]
    """Variable with a vendor's key -> the key, as the environment has it."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """One set-up, on its way."""

    given: Given
    dialogue: Dialogue
    file: EnvFile

    @property
    def folder(self) -> Path:
        """Place of the database, the settings and the automation."""
        return self.file.path.parent

    def known(self, name: str) -> str | None:
        """Return a setting of the file; None where it is not there."""
        return self.file.values.get(name)

    def take(self, name: str, question: Question, given: str | None) -> str:
        """Return a setting as the file has it; else ask, and write it there. Raise `Refused`, or `typer.Abort`."""
        known = self.known(name)
        if known is not None:
            say(f"{name} stands in {self.file.path} already, and is kept")
            return known
        answer = self.dialogue.answer(question, given)
        if answer:
            self.file.add({name: answer})
        return answer

    def with_more(self, **more: str) -> Settings:
        """Return the settings with some that are not in the file yet. Raise `Wrong`."""
        try:
            return settings_with(self.file.path, more)
        except SettingsUnusable as error:
            raise Wrong(str(error)) from error

    def tell(self, check: Callable[[App], Iterable[Finding]]) -> None:
        """Say what doctor's check finds about the settings as they stand in the file."""
        try:
            self.told(check)
        except Wrong as wrong:
            say(f"  {BAD:<5} {wrong}")
            say(f"        set it right in {self.file.path}, and run countersign init again")

    def told(self, check: Callable[[App], Iterable[Finding]], **more: str) -> bool:
        """Have doctor's check look, and say what it found; returns False where something does not work.

        Raise `Wrong` where Countersign does not start with these settings.
        """
        with trying(), opened(self.with_more(**more)) as app:
            found = list(check(app))
        for finding in found:
            say(f"  {finding.level:<5} {finding.what}")
            if finding.do:
                say(f"        {finding.do}")
        return all(finding.level != BAD for finding in found)


@contextmanager
def trying() -> Iterator[None]:
    """Raise `Wrong` for all that an answer can have done wrong in the block."""
    from sqlalchemy.exc import DBAPIError

    from store.db.database import Unavailable, UnsupportedDatabase
    from store.db.process_locks import Taken
    from store.db.schema_lock import OtherSchema

    try:
        yield
    except (CountersignError, ModelError, SettingsUnusable, UnsupportedDatabase, Unavailable, OtherSchema, Taken) as e:
        raise Wrong(str(e)) from e
    except DBAPIError as error:
        raise Wrong(f"the database: {error.orig}") from error
    except OSError as error:
        raise Wrong(f"{error.filename or 'the system'}: {error.strerror or error}") from error
