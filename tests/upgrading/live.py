"""Upgrade a service under load, and print what came of it: `python -m tests.upgrading.live [COMMIT]`.

From a commit to today's version, each with the packages of its own lock; without one, from today's version to one with
a migration more. Both on PostgreSQL, with two replicas, in the sandbox's Slack.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.sandbox.http.running_sandbox import serving
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import default_workspace
from handlers.slack.manifest import manifest_file
from tests.conftest import postgres_made, start_postgres
from tests.upgrading.make import REPOSITORY, checkout
from tests.upgrading.next_version import with_one_more
from tests.upgrading.rolling import TODAY, Service, Version, served, upgrade

ACCEPTED, PRESSED = 40, 5
"""Inputs that are accepted, and approvals that are acknowledged, before the upgrade; and inputs after it."""
BY_COMMAND = 8, 1
"""The same where a version has no API: each input is a command then, which takes a second or two."""


@contextmanager
def versions(folder: Path, commit: str | None) -> Iterator[tuple[Version, Version]]:
    """Yield the version of before and the next one."""
    if commit is None:
        migrations = with_one_more(folder)
        following = Version(
            name="the next",
            command=(sys.executable, "-m", "tests.upgrading.next_version", str(migrations)),
            environment={"PYTHONPATH": str(REPOSITORY)},
        )
        yield TODAY, following
        return
    with checkout(commit) as (there, python):
        yield (
            Version(
                name=commit,
                command=(str(python), "-m", "bot.cli"),
                environment={"PYTHONPATH": f"{there}:{there / 'workflows' / 'public'}"},
                has_api=(there / "bot" / "serve" / "api.py").exists(),
                ends_by_itself=(there / "store" / "db" / "schema_lock.py").exists(),
            ),
            TODAY,
        )


def main(commit: str | None) -> int:
    """Play it; returns the number of faults."""
    with tempfile.TemporaryDirectory(prefix="countersign-live-") as made:
        data, folder = Path(made) / "postgres", Path(made) / "service"
        folder.mkdir()
        server = start_postgres(data)
        sandbox = Sandbox(default_workspace(manifest_file()), rate_limited=False)
        try:
            with (
                versions(folder, commit) as (old, new),
                postgres_made(server.get_uri()) as url,
                serving(sandbox) as running,
            ):
                service = Service(url=url, folder=folder, running=running, version=old)
                service.prepare()
                accepted, pressed = (ACCEPTED, PRESSED) if old.has_api else BY_COMMAND
                with served(service):
                    _reach(lambda: len(service.accepted) >= accepted and len(service.pressed) >= pressed)
                    _say(f"before: {len(service.accepted)} accepted, {len(service.pressed)} approvals acknowledged")
                    upgrade(service, new, migrate=lambda: _say(service.run("migrate").stdout.strip()))
                    before = len(service.accepted)
                    _reach(lambda: len(service.accepted) >= before + accepted)
                faults = service.faults()
                _say(f"in the end: {len(service.accepted)} accepted, {len(service.pressed)} approvals acknowledged")
                _say(
                    f"longest time without an acceptance: {service.longest_gap:.1f} s, {service.refused} tries refused"
                )
                _say(f"exit codes of ended processes: {[replica.ended for replica in service.replicas]}")
                for said in dict.fromkeys(service.said):
                    _say(f"said last: {said[:300]}")
                for fault in faults:
                    _say(f"FAULT {fault}")
                _say(f"lost or doubled: {len(faults)}")
                return len(faults)
        finally:
            server.cleanup()


def _reach(reached: Callable[[], bool]) -> None:
    """Wait for it, on a machine of any speed. Ctrl-C ends it."""
    while not reached():
        time.sleep(0.5)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1] if len(sys.argv) > 1 else None) else 0)
