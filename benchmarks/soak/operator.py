"""The operator and the engineers at the command line, and what goes out of service now and then."""

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.kit.databases import programs
from benchmarks.soak.automations import CHANNELS, CLAIMS, MAILS, NOTES, REFUNDS, TICKETS
from benchmarks.soak.installation import Installation
from benchmarks.soak.people import People
from benchmarks.soak.rounds import Rounds
from benchmarks.soak.sources import SOURCE, Sources

_MINUTE = 60.0
_DIGESTS = ("failures", "cost", "cost-month", "quality", "numbers", "bias", "seal")


@dataclass(kw_only=True)
class Operator:
    """The chores of an operator and an engineer beside the work."""

    installation: Installation
    rounds: Rounds
    sources: Sources
    people: People
    verified: list[bool] = field(default_factory=list)
    """Each verification's answer: True if the audit is as it was sealed."""
    forgotten: set[str] = field(default_factory=set)
    """Keys of cases whose content was removed by command."""
    versions: int = 0
    """Number of times that other versions were deployed."""
    _random: Random = field(default_factory=lambda: Random("operator"))  # noqa: S311  # the same choices in each soak

    def begin(self, hurry: float) -> None:
        """Begin. `hurry`: by which the times between are divided."""

        def every(minutes: float, do: object, name: str, first: float) -> None:
            assert callable(do)
            self.rounds.every(minutes * _MINUTE / hurry, do, name=name, first=first * _MINUTE / hurry)

        every(10, self.verify, "verify", 4)
        every(30, self.back_up, "backup", 12)
        every(7, self.forget, "forget", 9)
        every(12, self.preview, "digest preview", 3)
        every(10, self.take_in_a_file, "file", 6)
        every(20, self.pause, "pause and resume", 14)
        every(15, self.desk_down, "desk down", 8)
        every(25, self.customers_closed, "customers closed, cause rerun", 11)
        every(20, self.hook_down, "webhook receiver down", 16)
        every(35, self.model_down, "model down", 22)
        every(40, self.deploy, "deployment", 30)
        every(40, self.roll_back, "rollback", 55)
        every(15, self.learn, "examples taken, improvements looked for", 20)
        every(10, self.looks, "lists at the command line", 2)

    def prepare(self) -> str:
        """Make the source and its key, deploy and sign all there is; returns the key."""
        say = self.installation.done
        named = [word for name in CHANNELS for word in ("--workflow", name)]
        webhook = ("--webhook", f"{self.installation.around}/hook", "--allow-private")
        say("source", "add", SOURCE, *named, "--may-propose", "--per-minute", "6000", *webhook)
        key = say("source", "key", "add", SOURCE).strip()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._launch, CHANNELS))
        return key

    def _launch(self, name: str) -> None:
        """Deploy a workflow, and sign its version and its charter."""
        say = self.installation.done
        say("deploy", name, "--note", "the first version")
        if self.installation.say("deployments", "sign", name, "1").code:
            say("deployments", "sign", name, "1", "--override", "a first version, on few examples")
        say("charter", name, "--sign", "--exception", "a soak, with made-up cases")

    def verify(self) -> None:
        """Verify the audit."""
        said = self.installation.say("verify")
        self.verified.append(said.code == 0)
        if said.code:
            self.rounds.tell(f"verify: {said.code}: {said.out}{said.err}")

    def back_up(self) -> None:
        """Write a backup, beside the work."""
        folder = self.installation.folder
        if self.installation.is_sqlite:
            self.installation.done("backup", folder / "backup.sqlite", "--replace")
            return
        subprocess.run(  # noqa: S603  # PostgreSQL's own program
            [programs() / "pg_dump", "--format=custom", f"--file={folder / 'backup.dump'}", self.installation.database],
            check=True,
            capture_output=True,
            env={**os.environ, "LC_ALL": "C"},
        )

    def forget(self) -> None:
        """Remove the content of a case that ended a while ago."""
        with self.sources._lock:
            old = list(self.sources.ids.items())[:-150]
        left = [(case, key) for case, key in old if key not in self.forgotten]
        if left:
            case, key = self._random.choice(left)
            self.forgotten.add(key)
            said = self.installation.say("forget", str(case), "--yes")
            if said.code:
                self.rounds.tell(f"forget {case}: {said.code}: {said.out[-500:]}{said.err[-500:]}")

    def preview(self) -> None:
        """Print each digest as it would be now."""
        for name in _DIGESTS:
            self.installation.done("digest", "preview", name)

    def take_in_a_file(self) -> None:
        """Hand in a file with ten tickets."""
        file = self.installation.folder / f"tickets-{time.time_ns()}.jsonl"
        rows = self.sources.rows(10)
        file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        said = self.installation.say("run", file, "--workflow", TICKETS)
        if said.code:
            # Where a system is out of service meanwhile, cases fail, and the command says so.
            self.rounds.tell(f"run a file: {said.code}: {said.out}{said.err}")

    def pause(self) -> None:
        """Pause a workflow for a while, and resume it."""
        self.installation.done("pause", MAILS, "a look at the rules")
        self.rounds.stop.wait(30)
        self.installation.done("resume", MAILS)
        self.installation.done("propose", MAILS)

    def desk_down(self) -> None:
        """Have the system of record be out of service for two and a half minutes."""
        self.installation.order(out={"desk": 150, "payments": 60})

    def customers_closed(self) -> None:
        """Have a step fail for a minute, and run its cause again."""
        self.installation.order(out={"customers": 60})
        if self.rounds.stop.wait(75):
            return
        self.rerun_causes()

    def rerun_causes(self) -> None:
        """Run the cases of each open cause again."""
        for cause in json.loads(self.installation.done("causes", "--json")):
            if cause["state"] in ("open", "regressed") and cause.get("unmended", cause.get("cases", 1)):
                said = self.installation.say("rerun", "cause", str(cause["name"]))
                self.rounds.count("cause run again")
                if said.code:
                    self.rounds.tell(f"rerun cause: {said.out}{said.err}")

    def hook_down(self) -> None:
        """Have the receiver of webhooks be out of service for three minutes."""
        self.installation.order(out={"hook": 180})

    def model_down(self) -> None:
        """Have the model be overloaded for 45 seconds, and ask it about what went to people without a proposal."""
        self.installation.order(out={"model": 45})
        if not self.rounds.stop.wait(90):
            for name in (TICKETS, CLAIMS):
                self.installation.say("propose", name)

    def deploy(self) -> None:
        """Deploy the other prompt of two workflows: one is tried in the shadow first, one is live once it is signed."""
        self.versions += 1
        for name in (TICKETS, CLAIMS):
            prompt = f"{name}_later.md" if self.versions % 2 else f"{name}.md"
            file = Path(__file__).with_name("prompts") / prompt
            said = self.installation.say("deploy", name, "--file", file, "--note", "another wording")
            deployed = json.loads(self.installation.done("deployments", "list", name, "--json"))
            waiting = [str(one["number"]) for one in deployed if one["state"] == "proposed"]
            self.rounds.tell(f"deploy {name}: {said.code}, {len(waiting)} to sign {said.err[-300:]}")
            for number in waiting:
                self.installation.done("deployments", "sign", name, number)

    def roll_back(self) -> None:
        """Take a live version back."""
        said = self.installation.say("rollback", CLAIMS, "--reason", "to see that it can be done")
        self.rounds.tell(f"rollback: {said.code} {said.out[-300:]}{said.err[-300:]}")

    def learn(self) -> None:
        """Take some examples in, and look for patterns."""
        for name in (TICKETS, NOTES):
            found = json.loads(self.installation.done("examples", "list", name, "--json"))
            numbers = [str(one["example"]) for one in found[:5] if "example" in one]
            if numbers:
                self.installation.say("examples", "take", name, *numbers)
            self.installation.done("improvements", "find", name)

    def looks(self) -> None:
        """Look as operators do."""
        for words in (
            ("status",),
            ("queue", "--json"),
            ("workflows",),
            ("labels", TICKETS, "--json"),
            ("certificate", NOTES, "--json"),
            ("retention", "--json"),
            ("source", "list", "--schedules", "--json"),
            ("rollouts",),
            ("seal", "status", "--json"),
            ("charter", REFUNDS),
        ):
            self.installation.done(*words)
