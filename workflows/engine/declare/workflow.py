"""The declaration of a workflow: one business decision, automated.

A declaration is a value: making it reads no file, connects to nothing and runs nothing. The runner owns the way of a
case (propose, check, decide, deliver), so that an author cannot forget the review.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar, get_args, overload
from zoneinfo import ZoneInfo

from pydantic import BaseModel, JsonValue

from workflows.documents.document import documents_in, holds_documents, misplaced_document
from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.declare.calls.step_limits import TIME_LIMIT, is_time_limit
from workflows.engine.declare.incoming.fetching import WITHIN, Fetch, Fetched, check_fetch
from workflows.engine.declare.incoming.follow_ups import Then
from workflows.engine.declare.incoming.messages import CHANNEL_ID, FromMessage, Message
from workflows.engine.declare.learning import LearningRules, Rollout
from workflows.engine.declare.personal import has_personal
from workflows.engine.declare.proposal import InputT, OutputT, Proposal
from workflows.engine.declare.retention import Retention
from workflows.engine.declare.review import LAPSES, Review
from workflows.engine.declare.segments import segments_in
from workflows.engine.declare.working_hours import WorkingHours, end_of_wait
from workflows.engine.errors import BadDeclaration
from workflows.model.asking.attachments import DocumentsAs
from workflows.model.port import SourceAnswer

Does = Literal["retrieve", "recommend", "draft", "route", "execute"]
"""The effect that a step or a delivery has in the world.

In this order: look something up; suggest; prepare something that is not in force yet; hand something to a queue or to
people; change anything else.
"""
DOES: tuple[Does, ...] = get_args(Does)
UNDECIDED: frozenset[Does] = frozenset({"retrieve", "recommend", "draft"})
"""The effects that are allowed before a decision."""
MAX_WORDS = 200
"""Most characters of the words for one thing that a workflow may do."""
HandedProposals = Literal["refuse", "review", "policy"]
"""The ways to treat a proposal that a source hands in."""
SubjectT = TypeVar("SubjectT")
NextInputT = TypeVar("NextInputT", bound=BaseModel)
NextOutputT = TypeVar("NextOutputT", bound=BaseModel)
Expires = date | Callable[[], date | None]
"""The day on which what lets us use a system ends, such as a token, or a function that returns it: None where it is not
known.
"""


@dataclass(frozen=True, kw_only=True)
class TimeLimits:
    """Seconds that a workflow's own code may take. Code that does not return by then is given up."""

    code: float = 600.0
    """Seconds for a proposal, for a delivery, and for each step that declares no time-out of its own."""
    rule: float = 10.0
    """Seconds for a never, a check, the scope, a key, a form's validators, a text."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for a limit that lets nothing through, or is none."""
        for seconds in (self.code, self.rule):
            if not is_time_limit(seconds):
                raise BadDeclaration(f"a time limit is {TIME_LIMIT}, not {seconds:g}")


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Most that the model may cost, in US dollars. A question that would exceed it is not asked; a person gets the
    case.
    """

    per_case: Decimal | str = Decimal("0.10")
    """US dollars for all runs of a case together."""
    per_day: Decimal | str = Decimal("10")
    """US dollars for all cases of one day, in the workflow's time zone."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for a value that is no amount of money."""
        for name in ("per_case", "per_day"):
            given = getattr(self, name)
            try:
                amount = Decimal(given)
            except (InvalidOperation, TypeError, ValueError):
                raise BadDeclaration(f"a budget is an amount of US dollars such as '0.05', not {given!r}") from None
            if isinstance(given, float) or not amount.is_finite() or amount < 0:
                raise BadDeclaration(f"a budget is an amount of US dollars such as '0.05', not {given!r}")
            object.__setattr__(self, name, amount)


@dataclass(frozen=True, kw_only=True)
class Run(Generic[InputT]):
    """The facts about a run that its delivery may use."""

    id: int
    case: int
    input: InputT
    key: str
    """The idempotency key: the same for every attempt at this delivery, and another one for each correction."""
    by: str
    """The one who resolved it, or who asks the question: a person's id, `alone`, or `countersign` where nobody
    answered in time.
    """
    answers: tuple[SourceAnswer, ...] = ()
    """Answers of the case's source to people's questions, oldest first. They are no part of the input."""


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """A person's rejection of a proposal that closed the case."""

    reason: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Example:
    """An input with its right answer, or the part of it that is known."""

    input: Mapping[str, JsonValue]
    output: Mapping[str, JsonValue]


@dataclass(frozen=True, kw_only=True)
class Never(Generic[InputT, OutputT]):
    """A rule that no confidence overrides."""

    sentence: str
    broken: Callable[[InputT, OutputT], bool]
    on_edit: Literal["confirm", "bar"]


@dataclass(frozen=True, kw_only=True)
class Check(Generic[InputT, OutputT]):
    """A condition that holds where a proposal is right. Where it does not hold, the confidence is capped."""

    sentence: str
    holds: Callable[[InputT, OutputT], bool]
    fields: tuple[str, ...]
    """The fields whose confidence is capped."""
    cap: float


@dataclass(frozen=True, kw_only=True)
class Effect(Generic[SubjectT, InputT]):
    """The function that brings an answer, or the news of a rejection, to the system of record."""

    apply: Callable[[SubjectT, Run[InputT]], str]
    idempotent: bool
    target: str | None = None
    """The system that it changes, as people call it; None: the author gave it no name."""
    does: tuple[Does, ...] = ("execute",)
    reversible: bool = False
    """True if what it does can be put right by delivering again. Only then a case may go out that nobody stopped."""
    expires: Expires | None = None
    """The day on which what lets us use the system ends; None: the author says nothing of it."""


class Ask(Protocol[OutputT]):
    """A function that asks the model of this run. It is journaled like a step."""

    def __call__(self, **data: object) -> Proposal[OutputT]:
        """Ask the model with what it may know of the case, by name. All of it is treated as untrusted text.

        Raise `NoProposal` where the model gave nothing usable. If the author does not catch it, a person gets the case
        with an empty form.
        """
        ...


def _is_share(value: object) -> bool:
    """Tell whether an author wrote a share above 0 and at most 1."""
    return isinstance(value, (int, float)) and 0 < value <= 1


def does_in(whose: str, given: Does | Sequence[Does]) -> tuple[Does, ...]:
    """Return the effects that an author wrote. Raise `BadDeclaration` for none or for an unknown word."""
    done = (given,) if isinstance(given, str) else tuple(given)
    unknown = [one for one in done if one not in DOES]
    if unknown or not done:
        said = ", ".join(repr(one) for one in unknown) or "nothing"
        raise BadDeclaration(f"{whose} does {said}; what can be done is {', '.join(DOES)}")
    return done


def may_in(whose: str, given: Mapping[Does, str]) -> dict[Does, str]:
    """Return the allowed effects with their words. Raise `BadDeclaration` for another form, or words that cannot be
    shown.
    """
    if not isinstance(given, Mapping):
        raise BadDeclaration(
            f'{whose}: may maps effects to words for people, such as {{"route": "choose a queue"}}; '
            f"the effects are {', '.join(DOES)}"
        )
    for one, words in given.items():
        does_in(f"{whose}: may", one)
        if not (type(words) is str and words.strip() and words.isprintable() and len(words) <= MAX_WORDS):
            raise BadDeclaration(f"{whose}: the words of may for {one} are 1 to {MAX_WORDS} printable characters")
    return dict(given)


_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_TARGET = 100
"""Most characters in the name of a target."""
_WEEKDAYS = WorkingHours(begin=time(0), end=time(0))
"""The working days of a workflow that declares no hours."""
_A_MOMENT = timedelta(minutes=1)
"""Working time after which somebody has worked."""


class Workflow(LearningRules[InputT, OutputT]):
    """One business decision, automated and owned by a named person."""

    def __init__(
        self,
        *,
        name: str,
        decision: str,
        owner: str,
        input: type[InputT],
        output: type[OutputT],
        key: Callable[[InputT], str],
        may: Mapping[Does, str] | None = None,
        prompt: str | None = None,
        review: Review | None = None,
        autonomy: Autonomy | None = None,
        scope: Callable[[InputT], bool] | None = None,
        scope_share: float | None = None,
        budget: Budget | None = None,
        timezone: str = "UTC",
        evidence: Sequence[str] = (),
        text: Callable[[InputT], str] | None = None,
        examples: Callable[[], Iterable[Example]] | None = None,
        folder: Path | None = None,
        time_limits: TimeLimits | None = None,
        backup: str | None = None,
        told: Sequence[str] = (),
        retention: Retention | None = None,
        segments: Mapping[str, Callable[[InputT], str]] | None = None,
        personal_to_model: bool = True,
        is_sample: bool = False,
        no_nevers: str | None = None,
        handed_proposals: HandedProposals = "review",
        documents: DocumentsAs = "text",
        recall: int = 0,
        rollout: Rollout | None = None,
    ) -> None:
        """Declare a workflow.

        `name`: lower-case words joined by hyphens; it is the workflow's identity. `decision`: the question it answers.
        `owner`: the Slack user id of the person it belongs to. `key`: what makes two inputs the same case.
        `may`: all that it may do, each with words for people: `{"route": "choose a queue"}`. A step or a delivery that
        does anything else is refused. Left out, it may retrieve, recommend, and do what its delivery declares.
        `prompt`: a file in `prompts/` beside the declaration.
        `autonomy`: left out, everything goes to a person. `scope`: left out, all cases; outside it a person decides
        without a proposal. `scope_share`: the share of these cases with which it begins, such as 0.1; its owner widens
        it with a button. `budget`: what the model may cost; left out, a small one. `timezone`: whose days these are,
        a name of the IANA database. `evidence`: the output fields that are taken from the input word for word: the
        model has to quote where each stands, and one without a true quote is not trusted. `text`: the input as plain
        text, for the local model; left out, all its text fields. `examples`: left out, `examples.jsonl` beside the
        declaration, if it is there.
        `folder`: where the declaration's files are; left out, the folder of the module that declares it.
        `time_limits`: how long its code may take; left out, ten minutes for proposals, deliveries and steps, and ten
        seconds for rules.
        `backup`: the Slack user id of the person who stands in for the owner. `told`: who hears of its outcome, in
        words for people. `retention`: how long content is kept. `segments`: groups by which errors are compared, each
        with a function from the input to a group: `{"language": lambda ticket: ticket.language}`; a group is kept
        longer than the content, so it is a coarse one and nothing personal. `personal_to_model`: False if no model may
        be told a personal value: it is told a placeholder, such as [customer 1], wherever the value stands.
        `is_sample`: True for a shipped example, whose charter nobody has to sign.
        `no_nevers`: why it needs no never, in words for people: its charter says that in their place.
        `handed_proposals`: what becomes of a proposal that a source hands in with the case. refuse: it is not taken;
        review: a person decides, however sure the source is; policy: it may go alone like one of ours.
        `documents`: how a model is given the documents of a case. text: what was read from them; pages: the pages as
        they look; both: both. `recall`: how many past decisions a model is told with a case, the nearest ones; left
        out, none. `rollout`: how a new version takes the place of the live one; left out, watched in the shadow first.

        Raise `BadDeclaration` for a declaration that cannot work.
        """
        if not _NAME.fullmatch(name) or len(name) > 100:
            raise BadDeclaration(f"workflow {name!r}: a name is lower-case words joined by hyphens")
        for what, value in (("decision", decision), ("owner", owner)):
            if not value.strip():
                raise BadDeclaration(f"workflow {name}: {what} is empty")
        if no_nevers is not None and not no_nevers.strip():
            raise BadDeclaration(f"workflow {name}: no_nevers says why it needs none, in words for people")
        if handed_proposals not in get_args(HandedProposals):
            raise BadDeclaration(
                f"workflow {name}: handed_proposals has to be one of {', '.join(get_args(HandedProposals))}, not "
                f"{handed_proposals!r}"
            )
        if handed_proposals == "policy" and autonomy is not None and autonomy.is_earned:
            raise BadDeclaration(
                f"workflow {name}: autonomy is earned by its own proposals, so those that are handed in do not go "
                "alone: leave out handed_proposals, or use Autonomy.floor"
            )
        for what, model in (("input", input), ("output", output)):
            if not model.model_fields:
                raise BadDeclaration(f"workflow {name}: {what} {model.__name__} has no fields")
        if holds_documents(output):
            raise BadDeclaration(
                f"workflow {name}: output {output.__name__} holds a Document, which belongs to an input: name what was "
                "read in it, and keep the file there"
            )
        misplaced = misplaced_document(input)
        if misplaced is not None:
            raise BadDeclaration(f"workflow {name}: {misplaced}")
        if scope_share is not None and not _is_share(scope_share):
            raise BadDeclaration(f"workflow {name}: scope_share is above 0 and at most 1, not {scope_share!r}")
        unknown = [field for field in evidence if field not in output.model_fields]
        if unknown:
            raise BadDeclaration(
                f"workflow {name}: evidence for {', '.join(unknown)}, which is not a field of the output"
            )
        if not personal_to_model and not has_personal(input):
            raise BadDeclaration(
                f"workflow {name}: personal_to_model is False, but no field of {input.__name__} is Personal or "
                "FindPersonal, so a model would be told all of it"
            )
        if not personal_to_model and documents != "text":
            raise BadDeclaration(
                f"workflow {name}: personal_to_model is False, and documents is {documents!r:.50}: nothing can be "
                "taken out of a picture of a page, so only their text can be told"
            )
        try:
            self.timezone = ZoneInfo(timezone)
        except (KeyError, ValueError, OSError):
            raise BadDeclaration(f"workflow {name}: {timezone!r} is not a time zone such as Europe/Berlin") from None
        self.name = name
        self.decision = decision
        self.owner = owner
        self.input = input
        self.output = output
        self.key = key
        self.may = may_in(f"workflow {name}", may) if may is not None else None
        """Effects that it may have -> words for people; None: the author declares nothing."""
        self.prompt = prompt
        self.review = review or Review()
        self.autonomy = autonomy or Autonomy.draft()
        self.scope = scope
        self.scope_share = scope_share
        self.budget = budget or Budget()
        self.evidence = tuple(evidence)
        self.examples = examples
        self.folder = folder or _declaring_folder()
        self.time_limits = time_limits or TimeLimits()
        self.backup = backup
        self.told = tuple(told)
        self.retention = retention or Retention()
        self.segments = segments_in(f"workflow {name}", segments, input)
        """Segment -> the function from an input to the group that its case is in."""
        self.personal_to_model = personal_to_model
        self.is_sample = is_sample
        self.no_nevers = no_nevers
        self.handed_proposals = handed_proposals
        self._begin_documents(documents)
        self._begin_learning(recall, rollout)
        self.nevers: tuple[Never[InputT, OutputT], ...] = ()
        self.checks: tuple[Check[InputT, OutputT], ...] = ()
        self.templates: dict[str, Callable[[InputT, Mapping[str, str]], str]] = {}
        self.effect: Effect[OutputT, InputT] | None = None
        self.rejection_effect: Effect[Rejection, InputT] | None = None
        self.source_effect: Effect[str, InputT] | None = None
        self.alike_by: Callable[[InputT, OutputT], str | None] | None = None
        self.text = text
        """The input as plain text, as declared; None: all its text fields."""
        self.proposing: Callable[[InputT, Ask[OutputT]], Proposal[OutputT]] | None = None
        self.from_messages: FromMessage[InputT] | None = None
        self.fetches: tuple[Fetch[InputT], ...] = ()
        self.follow_ups: tuple[Then, ...] = ()

    def propose(
        self, function: Callable[[InputT, Ask[OutputT]], Proposal[OutputT]]
    ) -> Callable[[InputT, Ask[OutputT]], Proposal[OutputT]]:
        """Register the function that makes a proposal. Left out, the model is asked with the input.

        The function runs again after a crash and on a rerun, so only steps in it may touch the world.
        """
        self.proposing = function
        return function

    def alike(self, function: Callable[[InputT, OutputT], str | None]) -> Callable[[InputT, OutputT], str | None]:
        """Register what makes cases alike: a few words for a case and its proposal, or None for one like no other.

        Those with the same words are shown together, to be approved together: `"ACME GmbH, account 4400"`. Raise
        `BadDeclaration` for a second one.
        """
        if self.alike_by is not None:
            raise BadDeclaration(f"workflow {self.name}: alike is declared twice")
        self.alike_by = function
        return function

    def from_message(
        self, *, watch: Sequence[str] = (), edits: bool = False, bots: bool = False
    ) -> Callable[[Callable[[Message], InputT | None]], Callable[[Message], InputT | None]]:
        """Register the function that makes an input of a message; it returns None for a message that is no case.

        It fills in the form of the shortcut "Send to Countersign". `watch`: the ids of channels in which each message
        is a case. `edits`: an edited message is a new revision of its case, where its key stays the same. `bots`:
        messages of other apps count as well; our own never do. Raise `BadDeclaration` for a channel that is no id, or
        for a second function.
        """
        if self.from_messages is not None:
            raise BadDeclaration(f"workflow {self.name}: from_message is declared twice")
        named = (watch,) if isinstance(watch, str) else tuple(watch)
        for channel in named:
            if not CHANNEL_ID.fullmatch(str(channel)):
                raise BadDeclaration(
                    f"workflow {self.name}: watch takes ids of channels, such as C0INBOX, and not {channel!r}"
                )
        if len(set(named)) != len(named):
            raise BadDeclaration(f"workflow {self.name}: a channel is watched twice")
        if (edits or bots) and not named:
            raise BadDeclaration(f"workflow {self.name}: edits and bots are about watched channels, and none is named")

        def decorate(function: Callable[[Message], InputT | None]) -> Callable[[Message], InputT | None]:
            self.from_messages = FromMessage(make=function, watch=named, edits=edits, bots=bots)
            return function

        return decorate

    def never(
        self, sentence: str, *, on_edit: Literal["confirm", "bar"] = "confirm"
    ) -> Callable[[Callable[[InputT, OutputT], bool]], Callable[[InputT, OutputT], bool]]:
        """Register a rule that no confidence overrides: where the function is true, a person decides.

        `sentence`: what never happens, as people would say it. `on_edit`: what follows where a person's own values
        break it: they confirm, or they are barred.
        """
        if not sentence.strip():
            raise BadDeclaration(f"workflow {self.name}: a never needs its sentence")
        if self.no_nevers is not None:
            raise BadDeclaration(f"workflow {self.name} has a never, so leave no_nevers out")

        def decorate(function: Callable[[InputT, OutputT], bool]) -> Callable[[InputT, OutputT], bool]:
            self.nevers += (Never(sentence=sentence, broken=function, on_edit=on_edit),)
            return function

        return decorate

    def check(
        self, sentence: str, *, fields: Sequence[str] = (), cap: float = 0.5
    ) -> Callable[[Callable[[InputT, OutputT], bool]], Callable[[InputT, OutputT], bool]]:
        """Register a condition that holds where a proposal is right, such as "net and tax add up to the total".

        `sentence`: the condition, as people would say it. `fields`: the fields whose confidence is at most `cap` (0 to
        1) where it does not hold; left out, all. Unlike a never, it bars nothing that a person enters: it is said
        beside the field once.
        """
        if not sentence.strip():
            raise BadDeclaration(f"workflow {self.name}: a check needs its sentence")
        unknown = [field for field in fields if field not in self.output.model_fields]
        if unknown:
            raise BadDeclaration(
                f"workflow {self.name}: a check of {', '.join(unknown)}, which is not a field of the output"
            )
        if not 0 <= cap <= 1:
            raise BadDeclaration(f"workflow {self.name}: a cap is from 0 to 1, not {cap}")

        def decorate(function: Callable[[InputT, OutputT], bool]) -> Callable[[InputT, OutputT], bool]:
            named = tuple(fields) or tuple(self.output.model_fields)
            self.checks += (Check(sentence=sentence, holds=function, fields=named, cap=cap),)
            return function

        return decorate

    def template(
        self, field: str
    ) -> Callable[[Callable[[InputT, Mapping[str, str]], str]], Callable[[InputT, Mapping[str, str]], str]]:
        """Register a function that fills a text field where the model cannot write, from the input and the values
        chosen so far.
        """
        if field not in self.output.model_fields:
            raise BadDeclaration(f"workflow {self.name}: a template for {field!r}, which is not a field of the output")

        def decorate(
            function: Callable[[InputT, Mapping[str, str]], str],
        ) -> Callable[[InputT, Mapping[str, str]], str]:
            self.templates[field] = function
            return function

        return decorate

    @overload
    def deliver(self, function: Callable[[OutputT, Run[InputT]], str], /) -> Callable[[OutputT, Run[InputT]], str]: ...
    @overload
    def deliver(
        self,
        /,
        *,
        idempotent: bool = False,
        reversible: bool = False,
        target: str | None = None,
        does: Does | Sequence[Does] = "execute",
        expires: Expires | None = None,
    ) -> Callable[[Callable[[OutputT, Run[InputT]], str]], Callable[[OutputT, Run[InputT]], str]]: ...
    def deliver(
        self,
        function: Callable[[OutputT, Run[InputT]], str] | None = None,
        /,
        *,
        idempotent: bool = False,
        reversible: bool = False,
        target: str | None = None,
        does: Does | Sequence[Does] = "execute",
        expires: Expires | None = None,
    ) -> (
        Callable[[OutputT, Run[InputT]], str]
        | Callable[[Callable[[OutputT, Run[InputT]], str]], Callable[[OutputT, Run[InputT]], str]]
    ):
        """Register the effect in the system of record. The function returns the receipt.

        `idempotent`: the target recognises `run.key` and applies the delivery once, however often it is attempted.
        Where it does not, a delivery that ends in anything but a receipt or `NotDone` is in doubt: neither the delivery
        nor a step in it is tried again automatically, and a person is asked whether it happened. `reversible`: what it
        does can be put right by a correction, which `Autonomy.earned(veto=...)` asks for. `target`: the system
        that it changes, as people call it, such as "the help desk"; workflows that name the same target wait together
        while it is down. Left out, each workflow has a target of its own. `does`: its effects, one or several of `may`.
        `expires`: the day on which what lets us use the system ends, such as a token, or a function that returns it;
        people are warned 14 and 3 days before. Raise `BadDeclaration` for a name that cannot be shown, for an unknown
        word in `does`, or where `expires` is no day.
        """
        self._check_target(target)
        if (
            expires is not None
            and not callable(expires)
            and (isinstance(expires, datetime) or not isinstance(expires, date))
        ):
            raise BadDeclaration(f"workflow {self.name}: expires is a date, or a function that returns one")
        done = does_in(f"the delivery of workflow {self.name}", does)

        def decorate(function: Callable[[OutputT, Run[InputT]], str]) -> Callable[[OutputT, Run[InputT]], str]:
            self.effect = Effect(
                apply=function,
                idempotent=idempotent,
                reversible=reversible,
                target=target,
                does=done,
                expires=expires,
            )
            return function

        return decorate if function is None else decorate(function)

    @overload
    def on_reject(
        self, function: Callable[[Rejection, Run[InputT]], str], /
    ) -> Callable[[Rejection, Run[InputT]], str]: ...
    @overload
    def on_reject(
        self, /, *, idempotent: bool = False, target: str | None = None, does: Does | Sequence[Does] = "execute"
    ) -> Callable[[Callable[[Rejection, Run[InputT]], str]], Callable[[Rejection, Run[InputT]], str]]: ...
    def on_reject(
        self,
        function: Callable[[Rejection, Run[InputT]], str] | None = None,
        /,
        *,
        idempotent: bool = False,
        target: str | None = None,
        does: Does | Sequence[Does] = "execute",
    ) -> (
        Callable[[Rejection, Run[InputT]], str]
        | Callable[[Callable[[Rejection, Run[InputT]], str]], Callable[[Rejection, Run[InputT]], str]]
    ):
        """Register what the system of record is told when a person rejects and closes a case. The function returns the
        receipt.

        `idempotent`, `target`, `does`: as in `deliver`; without a name, it is the target of `deliver`.
        """
        self._check_target(target)
        done = does_in(f"on_reject of workflow {self.name}", does)

        def decorate(function: Callable[[Rejection, Run[InputT]], str]) -> Callable[[Rejection, Run[InputT]], str]:
            self.rejection_effect = Effect(apply=function, idempotent=idempotent, target=target, does=done)
            return function

        return decorate if function is None else decorate(function)

    @overload
    def ask_source(self, function: Callable[[str, Run[InputT]], str], /) -> Callable[[str, Run[InputT]], str]: ...
    @overload
    def ask_source(
        self, /, *, idempotent: bool = False, target: str | None = None, does: Does | Sequence[Does] = "execute"
    ) -> Callable[[Callable[[str, Run[InputT]], str]], Callable[[str, Run[InputT]], str]]: ...
    def ask_source(
        self,
        function: Callable[[str, Run[InputT]], str] | None = None,
        /,
        *,
        idempotent: bool = False,
        target: str | None = None,
        does: Does | Sequence[Does] = "execute",
    ) -> (
        Callable[[str, Run[InputT]], str]
        | Callable[[Callable[[str, Run[InputT]], str]], Callable[[str, Run[InputT]], str]]
    ):
        """Register how a person's question reaches the source of a case. The function returns a receipt.

        Where it is declared, reviewers can ask; `run.key` is another one for each question. The answer comes later,
        through `countersign reply` or a person. `idempotent`, `target`, `does`: as in `deliver`; without a name, it is
        the target of `deliver`. Raise `BadDeclaration` for a second one.
        """
        if self.source_effect is not None:
            raise BadDeclaration(f"workflow {self.name}: ask_source is declared twice")
        self._check_target(target)
        done = does_in(f"ask_source of workflow {self.name}", does)

        def decorate(function: Callable[[str, Run[InputT]], str]) -> Callable[[str, Run[InputT]], str]:
            self.source_effect = Effect(apply=function, idempotent=idempotent, target=target, does=done)
            return function

        return decorate if function is None else decorate(function)

    def fetch(
        self, *, every: timedelta, name: str | None = None, within: timedelta = WITHIN
    ) -> Callable[[Callable[[str | None], Fetched[InputT]]], Callable[[str | None], Fetched[InputT]]]:
        """Register a function that looks for cases, and is called again and again by `countersign serve`.

        It is given the cursor that its last look returned, None at first. The cursor moves in the transaction that
        takes in what was found, so each case comes in once, whatever ends in between. `every`: the time between two
        looks, 10 seconds to 7 days. `name`: what people call it; left out, the function's. `within`: the time that a
        look may take, 10 minutes at most. Raise `BadDeclaration` for another time, or a second one of this name.
        """

        def decorate(function: Callable[[str | None], Fetched[InputT]]) -> Callable[[str | None], Fetched[InputT]]:
            own = getattr(function, "__name__", "").strip("_").replace("_", "-").lower()
            called = name if name is not None else own
            check_fetch(self.name, called, every=every, within=within, others=[one.name for one in self.fetches])
            self.fetches += (Fetch(name=called, look=function, every=every, within=within),)
            return function

        return decorate

    @overload
    def then(
        self, follower: "Workflow[NextInputT, NextOutputT]", /
    ) -> Callable[
        [Callable[[OutputT, Run[InputT]], NextInputT | None]], Callable[[OutputT, Run[InputT]], NextInputT | None]
    ]: ...
    @overload
    def then(
        self, follower: str, /
    ) -> Callable[
        [Callable[[OutputT, Run[InputT]], NextInputT | None]], Callable[[OutputT, Run[InputT]], NextInputT | None]
    ]: ...
    def then(
        self, follower: "Workflow[NextInputT, NextOutputT] | str", /
    ) -> Callable[[Callable[[OutputT, Run[InputT]], Any]], Callable[[OutputT, Run[InputT]], Any]]:
        """Register how a delivered answer becomes a case of another workflow: the function returns its input.

        `follower`: that workflow, or its name where it is declared in another file. None: nothing follows. The function
        runs once the answer is delivered, and once more where that is corrected; a crash may have it run twice, and one
        case is made all the same. It may only look things up. Raise `BadDeclaration` for the workflow itself, or for
        one that follows already.
        """
        name, form = (follower, None) if isinstance(follower, str) else (follower.name, follower.input)
        if name == self.name:
            raise BadDeclaration(f"workflow {self.name} cannot follow itself")
        if any(one.workflow == name for one in self.follow_ups):
            raise BadDeclaration(f"workflow {self.name}: then {name} is declared twice")

        # Any: of a workflow that is named, nobody knows the input here.
        def decorate(function: Callable[[OutputT, Run[InputT]], Any]) -> Callable[[OutputT, Run[InputT]], Any]:
            self.follow_ups += (Then(workflow=name, make=function, form=form),)
            return function

        return decorate

    @property
    def goes_alone(self) -> bool:
        """True if there is anything that it may settle without a person."""
        return self.autonomy.at_least is not None or self.autonomy.is_earned or self.review.on_expiry in LAPSES

    @property
    def effects(self) -> tuple[Effect[Any, InputT], ...]:
        """All that it does in the world; Any: each effect has a subject of its own."""
        declared = (self.effect, self.rejection_effect, self.source_effect)
        return tuple(effect for effect in declared if effect is not None)

    @property
    def allowed(self) -> frozenset[Does]:
        """All effects that it may have."""
        if self.may is not None:
            return frozenset(self.may)
        changes_nothing: frozenset[Does] = frozenset({"retrieve", "recommend"})
        return changes_nothing.union(*(effect.does for effect in self.effects))

    @property
    def may_in_words(self) -> str:
        """The author's words for all that it may do; empty where nothing is declared."""
        return ", ".join((self.may or {}).values())

    @property
    def may_as_declared(self) -> str:
        """All that it may do, for its author: each word of `may`, with its words for people."""
        declared = self.may if self.may is not None else {}
        said = [f"{one} ({declared[one]})" if one in declared else one for one in DOES if one in self.allowed]
        return ", ".join(said) or "nothing"

    @property
    def target(self) -> str:
        """The system that an answer is delivered to, as people call it."""
        named = self.effect.target if self.effect is not None else None
        return named or f"the target of {self.name}"[:_LONGEST_TARGET]

    @property
    def rejection_target(self) -> str:
        """The system that is told of rejections; the same as `target` where it has no name."""
        named = self.rejection_effect.target if self.rejection_effect is not None else None
        return named or self.target

    @property
    def source_target(self) -> str:
        """The system through which the source is asked; the same as `target` where it has no name."""
        named = self.source_effect.target if self.source_effect is not None else None
        return named or self.target

    def _check_target(self, name: str | None) -> None:
        """Raise `BadDeclaration` for a target's name that cannot be shown."""
        if name is not None and not (name.strip() and name.isprintable() and len(name) <= _LONGEST_TARGET):
            raise BadDeclaration(
                f"workflow {self.name}: a target's name has 1 to {_LONGEST_TARGET} printable characters"
            )

    def answer_by(self, at: datetime) -> datetime:
        """Return until when a person is asked to answer, from a time on."""
        return end_of_wait(at, self.review.answer_within, self.review.hours, self.timezone)

    def announced_until(self, at: datetime) -> datetime | None:
        """Return when a case that is announced at a time goes out; None where nothing is announced.

        Outside working hours nobody could stop it, so that time does not count.
        """
        veto = self.autonomy.veto
        return end_of_wait(at, veto, self.review.hours, self.timezone) if veto is not None else None

    def spot_check_by(self, at: datetime) -> datetime:
        """Return until when a spot check that is drawn at a time is to be looked at: two working days later."""
        return self.working_days_after(at, 2)

    def working_days_after(self, at: datetime, days: int) -> datetime:
        """Return when so many working days have passed since a time."""
        hours = self.review.hours or _WEEKDAYS
        return end_of_wait(at, days * hours.length, hours, self.timezone)

    def spot_checks_behind_at(self, at: datetime) -> datetime:
        """Return when spot checks have fallen behind, if one that was drawn at a time is not decided by then: as soon
        as anybody works after it was due.
        """
        hours = self.review.hours or _WEEKDAYS
        return end_of_wait(at, 2 * hours.length + _A_MOMENT, hours, self.timezone)

    def remind_at(self, at: datetime, *, after: int = 0) -> datetime | None:
        """Return when people are reminded next; None where they are not any more.

        `at`: when the wait for that began: the opening of a review, or the reminder before. `after`: the number of
        reminders before it.
        """
        if after >= self.review.reminders:
            return None
        first = self.review.remind_after or self.review.answer_within / 2
        # As long again to the second one, and from there twice as long each time: 1, 2, 4, 8 times the first wait.
        wait = first * 2 ** max(after - 1, 0)
        return end_of_wait(at, wait, self.review.hours, self.timezone)

    def make_proposal(self, input: InputT, ask: Ask[OutputT]) -> Proposal[OutputT]:
        """Propose as declared, or ask the model with the whole input."""
        if self.proposing is not None:
            return self.proposing(input, ask)
        whole = input if holds_documents(type(input)) else input.model_dump(mode="json")
        return ask(**{type(input).__name__.lower(): whole})

    def text_of(self, input: InputT) -> str:
        """Return the input as plain text."""
        if self.text is not None:
            return self.text(input)
        own = [value for _, value in input if isinstance(value, str)]
        return "\n".join([*own, *("\f".join(page.text for page in one.pages) for one in documents_in(input))])


def _declaring_folder() -> Path | None:
    """Return the folder of the module that declares the workflow.

    It is the first caller outside this module and `typing`, through which `Workflow[A, B](...)` goes.
    """
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__") in (__name__, "typing") and frame.f_back is not None:
        frame = frame.f_back
    file = frame.f_globals.get("__file__")
    return Path(file).parent if file else None
