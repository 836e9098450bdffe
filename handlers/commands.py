"""Commands that a person can give in Slack and at the command line alike: their names, and how their words are read.

`/countersign rerun 12` and `countersign rerun 12` are one command. Each face hears it in its own way and calls the same
function of the engine. Pure.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches

_DASHES = r"(?:--|[\u2012-\u2015])"
"""Pattern of what stands before an option: some keyboards turn two short dashes into one long dash."""
_FROM = re.compile(rf"(.*\S)\s+{_DASHES}?from\s+(\S+)", re.IGNORECASE | re.DOTALL)
_DRY = re.compile(rf"(.*\S)\s+{_DASHES}?dry", re.IGNORECASE | re.DOTALL)
_CORRECTED = re.compile(rf"(.*\S)\s+{_DASHES}?corrected", re.IGNORECASE | re.DOTALL)
_OF_CAUSE = re.compile(rf"cause\s+(\S+)(\s+{_DASHES}?after(?:\s+(\S+(?:\s+\S+)?))?)?", re.IGNORECASE)
_STOP = re.compile(r"cause\s+(\S+)\s+stop", re.IGNORECASE)
_FAILED = re.compile(rf"failed\s+(\S+)(?:\s+{_DASHES}?since(?:\s+(\S+(?:\s+\S+)?))?)?", re.IGNORECASE)
_TIME = re.compile(r"([1-9][0-9]{0,3})\s?([mhd])", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DELIVERIES = re.compile(rf"(?<!\S){_DASHES}deliveries(?!\S)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command with its words."""

    name: str
    about: str
    """The words after its name."""
    does: str
    """A sentence about what it does, without a full stop."""

    @property
    def usage(self) -> str:
        """The command as it is typed, without a slash."""
        return f"{self.name} {self.about}".rstrip()


ALL = "all"
"""The name that means every workflow, to `pause` and `resume`."""
COMMANDS: Sequence[Command] = (
    Command(name="queue", about="", does="List what waits for a person"),
    Command(name="review", about="[CASE]", does="Go through what waits, or open the review of one case"),
    Command(name="case", about="CASE", does="Show a case: its state, its steps, and what you can do about it"),
    Command(name="explain", about="CASE", does="Explain a case: its whole way, in a few sentences and in detail"),
    Command(name="readings", about="CASE", does="Show who read a case, when, and how"),
    Command(name="receipt", about="CASE", does="Prove a decision: who decided what, and whether that was delivered"),
    Command(name="wrong", about="CASE TEXT", does="Say that something is wrong with a case"),
    Command(
        name="status", about="", does="Show the state of everything: what waits, what failed, what is down or paused"
    ),
    Command(name="causes", about="[CAUSE]", does="List why cases failed, or show one cause with its buttons"),
    Command(name="workflows", about="[WORKFLOW]", does="List the workflows, or show the charter of one"),
    Command(name="charter", about="WORKFLOW", does="Show a workflow in plain words; its owner signs it there"),
    Command(
        name="scope",
        about="WORKFLOW [PERCENT]",
        does="Say how many of its cases a workflow looks at, or have it look at more or fewer",
    ),
    Command(name="changes", about="WORKFLOW", does="List what changed in a workflow's terms, and who signed"),
    Command(name="examples", about="WORKFLOW", does="Take examples from what people decided, or leave them"),
    Command(
        name="improvements",
        about="WORKFLOW",
        does="Take improvements that follow from people's corrections, or leave them",
    ),
    Command(name="certificate", about="WORKFLOW", does="Show what it promises of what goes alone, and the evidence"),
    Command(name="let", about="WORKFLOW", does="Let more of it go alone, where the evidence permits it"),
    Command(name="withdraw", about="WORKFLOW REASON", does="Take back what it does alone; people decide every case"),
    Command(
        name="volume-test",
        about="WORKFLOW",
        does="Go through a volume test's review pack, or show its report",
    ),
    Command(name="submit", about="[WORKFLOW]", does="Hand in a case, in a form"),
    Command(name="rerun", about="CASE [from STEP] [dry]", does="Run a case again; with dry, say what would happen"),
    Command(
        name="rerun",
        about="CASE corrected",
        does="Put the input of a case right, and run it again with that as a new revision",
    ),
    Command(
        name="rerun",
        about="cause CAUSE [after 10m] [dry]",
        does="Run all failed cases of a cause again, a few of them first; with a pause, after that time",
    ),
    Command(
        name="rerun",
        about="cause CAUSE stop",
        does="Stop the reruns of a cause, or cancel a planned one",
    ),
    Command(
        name="rerun",
        about="failed WORKFLOW since 2h [dry]",
        does="The same for all cases of a workflow that failed within 30m, 2h or 1d, a cause at a time",
    ),
    Command(name="follow", about="CASE", does="Make the follow-up of a case again, where it could not be made"),
    Command(
        name="pause",
        about="WORKFLOW [--deliveries] REASON",
        does="Send its cases to people, with empty forms",
    ),
    Command(name="resume", about="WORKFLOW", does="End a pause, and make the deliveries that were held"),
    Command(name="propose", about="WORKFLOW", does="Ask the model about cases that people got without a proposal"),
    Command(name="mine", about="", does="Show what you decided lately, to you alone, if your team switched that on"),
    Command(name="doctor", about="", does="Check the set-up, and say what to do"),
    Command(name="help", about="", does="Show these commands"),
)
"""The commands, in the order in which they are shown."""


def command_called(name: str) -> Command | None:
    """Return the command of this name; None where there is none."""
    wanted = name.lower()
    return next((one for one in COMMANDS if one.name == wanted), None)


def nearest(name: str, among: Sequence[str]) -> str | None:
    """Return the name that somebody may have meant; None where none is near."""
    found = get_close_matches(name.lower(), [one.lower() for one in among], n=1)
    return next((one for one in among if one.lower() == found[0]), None) if found else None


@dataclass(frozen=True, kw_only=True)
class RerunWords:
    """The words of `rerun`, read."""

    case: str
    """The case's number or key."""
    from_step: str | None
    dry: bool
    """True: only say what would happen."""
    corrected: bool = False
    """True: with an input that the person puts right."""
    stray: str = ""
    """Words after the case that mean nothing here."""


@dataclass(frozen=True, kw_only=True)
class RerunCauseWords:
    """The words of `rerun cause`, read."""

    cause: str
    """Its name: its fingerprint, or the beginning of it."""
    after: str
    """The pause as it was said; empty where none was: it begins at once."""
    wait: timedelta | None
    """The pause that it means; None where it means none."""
    dry: bool


@dataclass(frozen=True, kw_only=True)
class StopWords:
    """The words of `rerun cause CAUSE stop`, read."""

    cause: str


@dataclass(frozen=True, kw_only=True)
class RerunFailedWords:
    """The words of `rerun failed`, read."""

    workflow: str
    since: str
    """The time as it was said; empty where none was."""
    within: timedelta | None
    """The time that it means; None where it means none."""
    dry: bool


def read_rerun(
    words: str, *, is_case: Callable[[str], bool]
) -> RerunWords | RerunCauseWords | StopWords | RerunFailedWords:
    """Read the words of `rerun`. A key may read like words of the command: an exact number or key goes first."""
    dry = None if is_case(words) else _DRY.fullmatch(words)
    rest = dry[1] if dry is not None else words
    if not is_case(words) and (stop := _STOP.fullmatch(words)) is not None:
        return StopWords(cause=stop[1])
    if not is_case(rest) and (of_cause := _OF_CAUSE.fullmatch(rest)) is not None:
        after = of_cause[3] or ("" if of_cause[2] is None else "after")
        return RerunCauseWords(cause=of_cause[1], after=after, wait=_time(after), dry=dry is not None)
    if not is_case(rest) and (failed := _FAILED.fullmatch(rest)) is not None:
        since = failed[2] or ""
        return RerunFailedWords(workflow=failed[1], since=since, within=_time(since), dry=dry is not None)
    corrected = None if is_case(rest) else _CORRECTED.fullmatch(rest)
    rest = corrected[1] if corrected is not None else rest
    step = None if is_case(rest) else _FROM.fullmatch(rest)
    case, from_step = (step[1], step[2]) if step is not None else (rest, None)
    first, *more = case.split(maxsplit=1) or [case]
    stray = more[0] if more and not is_case(case) and is_case(first) else ""
    return RerunWords(
        case=first if stray else case,
        from_step=from_step,
        dry=dry is not None,
        corrected=corrected is not None,
        stray=stray,
    )


def _time(said: str) -> timedelta | None:
    found = _TIME.fullmatch(said)
    return int(found[1]) * _UNITS[found[2].lower()] if found is not None else None


@dataclass(frozen=True, kw_only=True)
class PauseWords:
    """The words of `pause`, read."""

    workflow: str
    """Empty: none was named."""
    reason: str
    deliveries: bool
    """True: deliveries are held as well."""


def read_pause(words: str) -> PauseWords:
    """Read the words of `pause`."""
    workflow, reason = [*_DELIVERIES.sub("", words).split(maxsplit=1), "", ""][:2]
    return PauseWords(workflow=workflow, reason=reason.strip(), deliveries=_DELIVERIES.search(words) is not None)
