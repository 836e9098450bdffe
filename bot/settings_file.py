"""The file of settings: its place, and the settings that it may not be combined with.

A file is read where the operator names it (`--env-file`, `COUNTERSIGN_ENV_FILE`), or beside the database that the
environment names by an absolute path. A `.env` in the working folder is not read: the author of that folder could
otherwise decide where keys are sent and which code runs.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

NAME = ".env"
VARIABLE = "COUNTERSIGN_ENV_FILE"
"""Environment variable for `--env-file`."""
WORKSPACE = "COUNTERSIGN_WORKSPACE"
"""Environment variable for `--workspace`."""
_DATABASE, _WORKFLOWS = "countersign_database_url", "countersign_workflows"
_SQLITE = "sqlite:///"
_TOKEN_KEYS = ("countersign_token_keys", "countersign_token_keys_file")
_SLACK = ("slack_bot_token", "slack_app_token", "slack_client_secret", *_TOKEN_KEYS)
"""Secrets that are sent to Slack's address, or open what is sent there: the tokens of installed workspaces."""
_POSTGRES = ("pgpassword", "pgpassfile")
_SIGNING = ("countersign_seal_key", "countersign_webhook_key", "slack_signing_secret")
_PATHS = (
    "countersign_documents",
    "countersign_embedding",
    "countersign_seal_heads",
    "countersign_seal_key_file",
    "countersign_token_keys_file",
    "countersign_workspaces",
)


class EnvFileUnusable(ValueError):
    """The file of settings cannot be used. The message says why and what to do."""


def named(path: Path) -> AbstractContextManager[None]:
    """Read settings from a file for the block, also in processes that are started in it."""
    return _variable(VARIABLE, str(path.absolute()))


def of_workspace(workspace: str) -> AbstractContextManager[None]:
    """Work for one workspace of several in the block, also in processes that are started in it."""
    return _variable(WORKSPACE, workspace)


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def located() -> Path | None:
    """Return the file to read; None where there is none. Raise `EnvFileUnusable` for a named one that is missing."""
    named = os.environ.get(VARIABLE)
    if named:
        path = Path(named).absolute()
        if not path.is_file():
            raise EnvFileUnusable(f"there is no file {path} to read settings from")
        return path
    beside = Path(os.environ.get("COUNTERSIGN_DATABASE_URL", "").removeprefix(_SQLITE)).parent / NAME
    return beside if beside.is_absolute() and beside.is_file() else None


def is_passed_over() -> bool:
    """Tell whether the working folder has a `.env` that is not read, and no file was named."""
    return Path(NAME).is_file() and not os.environ.get(VARIABLE) and located() != Path(NAME).absolute()


def read(path: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the settings of a file, by their names in small letters. Paths in it are relative to its folder.

    `more`: lines to read as if they stood at its end.

    Raise `EnvFileUnusable` as `values_in` does, and where it may not be combined with the environment.
    """
    found = values_in(path, more)
    _refuse_joined(path, found)
    return found


def values_in(path: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a file says, as `read` does, whatever the environment says.

    Nothing is filled in from the environment (`${NAME}` stays as it is): a file could otherwise pass off a secret of
    the environment as its own. Raise `EnvFileUnusable` for a file that others may write, or that is not UTF-8 text.
    """
    from dotenv import dotenv_values  # here: each start of the command line looks for a file

    if os.name == "posix" and path.stat().st_mode & 0o002:
        raise EnvFileUnusable(f"everybody on this machine may write {path}: run chmod o-w on it, and check its content")
    try:
        values = dotenv_values(path, encoding="utf-8-sig", interpolate=False)
    except UnicodeDecodeError as error:
        raise EnvFileUnusable(f"the file {path} is not UTF-8: {error.reason}") from error
    found = {name.lower(): value for name, value in {**values, **(more or {})}.items() if value is not None}
    if found.get(_WORKFLOWS):
        files = (part.strip() for part in found[_WORKFLOWS].split(","))
        found[_WORKFLOWS] = ",".join(str(path.parent / file) for file in files if file)
    for one in _PATHS:
        if found.get(one):
            found[one] = str(path.parent / found[one])
    database = found.get(_DATABASE, "")
    if database.startswith(_SQLITE):
        found[_DATABASE] = _SQLITE + str(path.parent / database.removeprefix(_SQLITE))
    return found


def _sent_to() -> Mapping[str, Sequence[str]]:
    """A setting -> the secrets that it exposes: they are sent there, or its code sees them."""
    from workflows.model.vendors.registry import vendors  # here: each start of the command line looks for a file

    of_vendors = {
        setting.lower(): [secret.lower() for secret in secrets]
        for vendor in vendors().values()
        for setting, secrets in vendor.sent_to.items()
    }
    keys = [secret for secrets in of_vendors.values() for secret in secrets]
    return {
        "slack_api_url": _SLACK,
        **of_vendors,
        _DATABASE: _POSTGRES,
        _WORKFLOWS: (*_SLACK, *_SIGNING, *keys, *_POSTGRES),
    }


def _refuse_joined(path: Path, found: Mapping[str, str]) -> None:
    """Raise `EnvFileUnusable` where the file sets the receiver of a secret that comes from elsewhere."""
    outside = {name.lower(): value for name, value in os.environ.items() if value}
    for setting, secrets in _sent_to().items():
        if not found.get(setting) or setting in outside:
            continue
        for secret in secrets:
            # A file that holds the very secret learns nothing.
            if secret in outside and outside[secret] != found.get(secret):
                raise EnvFileUnusable(
                    f"{setting.upper()} comes from {path}, and {secret.upper()} from the environment, which are not "
                    f"used together: set both in one place"
                )
    if found.get(_WORKFLOWS) and _WORKFLOWS not in outside and "@" in os.environ.get(_DATABASE.upper(), ""):
        raise EnvFileUnusable(
            f"COUNTERSIGN_WORKFLOWS comes from {path}, and the database's password from the environment, which are not "
            "used together: set both in one place"
        )
