"""Who resolves a case: the workflow alone, or a person, or nobody because it cannot go on.

A pure function over facts. Every reason is given, not just the first, since a reviewer wants to know all of them; and
each reason can only take autonomy away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

MODEL_SAID = "model_said"
"""The code of what goes with a reason: the words of a model that gave no answer. They are untrusted."""
NO_PROPOSAL = "no_proposal"
"""The code where nothing better is known of why there is no proposal."""
PAUSED = "paused"
OUT_OF_SCOPE = "out_of_scope"
SECOND = "second_opinion"
"""The code where the local model speaks against what is proposed."""
NO_SECOND = "no_second_opinion"


class Way(StrEnum):
    """What happens to the case next."""

    ALONE = "alone"
    PERSON = "person"
    CANNOT = "cannot"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why, as a code for programs and a sentence for people."""

    code: str
    text: str
    rule: str | None = None
    """The sentence of the never that it is about."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The way, and why."""

    way: Way
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that the policy looks at."""

    floor: float | None = None
    """The confidence from which the workflow may resolve a case alone; None: never."""
    in_scope: bool = True
    proposed: bool = True
    """Is there a proposal?"""
    no_proposal: str | None = None
    """Why there is none."""
    no_proposal_code: str = NO_PROPOSAL
    """The same as a word for programs."""
    model_said: str | None = None
    """What the model said in place of an answer."""
    paused: str | None = None
    """That the workflow is paused, by whom and why; None where it is not."""
    confidence: Mapping[str, float | None] = field(default_factory=dict)
    """Each field's, already checked to be from 0 to 1."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What people call the fields."""
    unfamiliar: str | None = None
    doubts: Sequence[str] = ()
    """What speaks against trusting the proposal as far as it says."""
    second: Mapping[str, float] = field(default_factory=dict)
    """Field -> the probability of its value in the eyes of the local model; empty where that can say nothing."""
    second_below: float | None = None
    """Below this probability it is a doubt; None: never."""
    needs_second: bool = False
    """Is it a doubt, too, that it can say nothing?"""
    fallback: str | None = None
    """Why another model than the prompt's own was asked: its confidence was not measured for this workflow."""
    nevers: tuple[str, ...] = ()
    """The sentences of the nevers that the case runs into."""
    unchecked_nevers: tuple[str, ...] = ()
    """The sentences of the nevers whose own code failed."""
    unchecked_causes: Mapping[str, str] = field(default_factory=dict)
    """The sentence of each of these -> what its code came to."""
    decided_before: str | None = None
    """Why what was decided already is to be looked at once more."""
    correction: bool = False
    """A delivered case is to be corrected."""
    error: str | None = None
    """What stopped the run."""


def decide(facts: Facts) -> Verdict:
    """Choose the way, with every reason for it."""
    if facts.error is not None:
        return Verdict(way=Way.CANNOT, reasons=(Reason(code="error", text=facts.error),))
    against = tuple(_against(facts))
    if against:
        return Verdict(way=Way.PERSON, reasons=against)
    lowest = min(number for number in facts.confidence.values() if number is not None)
    return Verdict(
        way=Way.ALONE,
        reasons=(Reason(code="confident", text=f"confidence {lowest:.2f}, the floor is {facts.floor:g}"),),
    )


def _because(cause: str | None) -> str:
    return f": {cause}" if cause else ""


def _against(facts: Facts) -> list[Reason]:
    reasons = [Reason(code="never", text=f"never: {sentence}", rule=sentence) for sentence in facts.nevers]
    reasons += [
        Reason(
            code="never_unchecked",
            text=f"the rule “never {sentence}” could not be checked{_because(facts.unchecked_causes.get(sentence))}",
            rule=sentence,
        )
        for sentence in facts.unchecked_nevers
    ]
    if facts.decided_before is not None:
        return [*reasons, Reason(code="decided_before", text=facts.decided_before)]
    if facts.correction:
        # It comes from a person, who states no confidence.
        return [*reasons, Reason(code="correction", text="it corrects what was delivered")]
    if facts.paused is not None:
        reasons.append(Reason(code=PAUSED, text=facts.paused))
    if not facts.in_scope:
        reasons.append(Reason(code=OUT_OF_SCOPE, text="it is outside what this workflow may decide"))
    if not facts.proposed:
        if facts.in_scope and facts.paused is None:
            reasons.append(Reason(code=facts.no_proposal_code, text=facts.no_proposal or "there is no proposal"))
            if facts.model_said is not None:
                reasons.append(Reason(code=MODEL_SAID, text=facts.model_said))
        return reasons
    if facts.unfamiliar is not None:
        reasons.append(Reason(code="unfamiliar", text=facts.unfamiliar))
    if facts.fallback is not None:
        reasons.append(Reason(code="fallback", text=facts.fallback))
    reasons += [Reason(code="doubt", text=doubt) for doubt in facts.doubts]
    reasons += _second(facts)
    reasons += _confidence(facts)
    return reasons


def _second(facts: Facts) -> list[Reason]:
    if facts.second_below is None:
        return []
    if facts.needs_second and not facts.second:
        text = "there is no second opinion: the local model has learned nothing of such answers"
        return [Reason(code=NO_SECOND, text=text)]
    return [
        Reason(
            code=SECOND,
            text=f"the examples speak against the proposed {facts.labels.get(name) or name.replace('_', ' ')}: the "
            f"local model, which learned from them, gives it a probability of {_percent(probability)}",
        )
        for name, probability in facts.second.items()
        # Not below, whatever it is: what is no number speaks against it, too.
        if not probability >= facts.second_below
    ]


def _percent(probability: float) -> str:
    return "less than 1%" if probability < 0.01 else f"{probability:.0%}"


def _confidence(facts: Facts) -> list[Reason]:
    reasons = []
    labels = {name: facts.labels.get(name, name) for name in facts.confidence}
    unknown = [labels[name] for name, number in facts.confidence.items() if number is None]
    if unknown or not facts.confidence:
        fields = _named(unknown, len(facts.confidence)) or "any field"
        reasons.append(Reason(code="no_confidence", text=f"no usable confidence for {fields}"))
    if facts.floor is None:
        return [*reasons, Reason(code="draft", text="this workflow only drafts; a person decides every case")]
    low = {name: number for name, number in facts.confidence.items() if number is not None and number < facts.floor}
    if low:
        fields = _named([f"{labels[name]} {number:.2f}" for name, number in low.items()], len(facts.confidence))
        reasons.append(Reason(code="below_floor", text=f"confidence is below {facts.floor:g}: {fields}"))
    return reasons


_NAMED = 8
"""Fields that a reason names; more are counted."""


def _named(fields: Sequence[str], of: int) -> str:
    return ", ".join(fields) if len(fields) <= _NAMED else f"{len(fields)} of {of} fields"


def rules_in(reasons: Sequence[Mapping[str, str]]) -> list[str]:
    """The sentences of the nevers that a person was told of. `reasons`: as they are kept."""
    return [
        reason.get("rule") or reason["text"].removeprefix("never: ")  # older rows have the sentence in the text alone
        for reason in reasons
        if reason["code"] in ("never", "never_unchecked")
    ]
