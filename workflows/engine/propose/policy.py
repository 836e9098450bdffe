"""The policy: a case is resolved by the workflow alone, by a person, or not at all because it cannot go on.

It is a pure function over facts. It gives every reason and not just the first, because a reviewer wants to know all of
them. A reason can only take autonomy away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import isfinite

from workflows.engine.pauses import Pause
from workflows.engine.reasons import Change, Code, FieldNumber, Reason


class Way(StrEnum):
    """The next step of the case."""

    ALONE = "alone"
    PERSON = "person"
    CANNOT = "cannot"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The way, and the reasons for it."""

    way: Way
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Score:
    """The number that an earned floor is compared with."""

    number: float | None
    """From 0 to 1; None where it is not known."""
    is_weighed: bool = False
    """True if it is weighed from all that is known of the proposal, in place of the stated confidence."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts on which the policy decides."""

    floor: float | None = None
    """The lowest confidence at which the workflow may resolve a case alone; None: never."""
    unearned: Reason | None = None
    """Reason why there is no floor where autonomy is earned; None where there is one, or where it is not earned."""
    in_scope: bool = True
    outside_share: float | None = None
    """Share of the cases that the workflow looks at so far, 0 to 1, where this one is not among them."""
    proposed: bool = True
    """True if there is a proposal."""
    no_proposal: str | None = None
    """Reason for a missing proposal, for people."""
    no_proposal_code: str = Code.NO_PROPOSAL
    """The code of that reason."""
    model_said: str | None = None
    """Text that the model gave in place of an answer."""
    paused: Pause | None = None
    """The pause of the workflow; None where it is not paused."""
    confidence: Mapping[str, float | None] = field(default_factory=dict)
    """Output field -> its confidence, already checked to be from 0 to 1."""
    score: Score | None = None
    """Number that the floor is compared with where autonomy is earned; None: the confidence of each field is."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Output field -> its label for people."""
    unfamiliar: str | None = None
    unsigned: str | None = None
    """The owner who has not signed the charter yet; None where it is signed."""
    missing: tuple[str, ...] = ()
    """Codes of what the charter lacks."""
    undeployed: str | None = None
    """Code of why what proposes is not what was deployed; None where it is."""
    lacks: tuple[str, ...] = ()
    """The names of what the case lacks."""
    doubts: Sequence[str] = ()
    """Reasons not to trust the stated confidence."""
    second: Mapping[str, float] = field(default_factory=dict)
    """Field -> the probability that the local model gives its value; empty where it can give none."""
    second_below: float | None = None
    """Probability below which the second opinion is a doubt; None: never."""
    needs_second: bool = False
    """True if a missing second opinion is a doubt, too."""
    fallback: str | None = None
    """Reason why another model than the prompt's own was asked. Its confidence was not measured for this workflow."""
    nevers: tuple[str, ...] = ()
    """The sentences of the nevers that the case breaks."""
    unchecked_nevers: tuple[str, ...] = ()
    """The sentences of the nevers whose own code failed."""
    unchecked_causes: Mapping[str, str] = field(default_factory=dict)
    """Sentence of such a never -> its error or time limit."""
    decided_before: Change | None = None
    """The change since it was decided, for which it has to be looked at once more."""
    misfit: str | None = None
    """Words for how the decision does not fit the changed form."""
    correction: bool = False
    """True if it corrects a delivered case."""
    handed_by: str | None = None
    """Name of the source that handed the proposal in, where the workflow has a person decide those."""
    refused: bool = False
    """True if a person refused an earlier proposal and asked for another."""
    same_again: bool = False
    """True if it is a proposal that a person refused before."""
    answered: bool = False
    """True if a person asked the source of the case, and it answered."""
    error: str | None = None
    """The error that stopped the run."""


def decide(facts: Facts) -> Verdict:
    """Return the way of the case, with every reason for it."""
    if facts.error is not None:
        return Verdict(way=Way.CANNOT, reasons=(Reason(code=Code.ERROR, said=facts.error),))
    against = tuple(_against(facts))
    if against:
        return Verdict(way=Way.PERSON, reasons=against)
    of, fields = len(facts.confidence), _lowest(facts)
    sure = Reason(code=Code.CONFIDENT, floor=facts.floor, fields=fields, of=of)
    return Verdict(way=Way.ALONE, reasons=(_with_score(sure, facts),))


def _against(facts: Facts) -> list[Reason]:
    reasons = [Reason(code=Code.NEVER, rule=sentence) for sentence in facts.nevers]
    reasons += [
        Reason(code=Code.NEVER_UNCHECKED, rule=sentence, said=facts.unchecked_causes.get(sentence))
        for sentence in facts.unchecked_nevers
    ]
    if facts.decided_before is not None:
        return [*reasons, Reason(code=Code.DECIDED_BEFORE, change=facts.decided_before, said=facts.misfit)]
    if facts.correction:
        # A correction comes from a person, who states no confidence.
        return [*reasons, Reason(code=Code.CORRECTION)]
    if facts.paused is not None:
        reasons.append(Reason(code=Code.PAUSED, by=facts.paused.who, said=facts.paused.reason))
    if not facts.in_scope:
        reasons.append(Reason(code=Code.OUT_OF_SCOPE))
    if facts.outside_share is not None:
        reasons.append(Reason(code=Code.OUTSIDE_SHARE, share=facts.outside_share))
    reasons += [Reason(code=Code.LACKS, said=part) for part in facts.lacks]
    if facts.undeployed is not None:
        reasons.append(Reason(code=Code.UNDEPLOYED, said=facts.undeployed))
    if not facts.proposed:
        is_told = bool(facts.lacks) or facts.undeployed is not None or facts.outside_share is not None
        if facts.in_scope and facts.paused is None and (facts.no_proposal is not None or not is_told):
            reasons.append(Reason(code=facts.no_proposal_code, said=facts.no_proposal))
            if facts.model_said is not None:
                reasons.append(Reason(code=Code.MODEL_SAID, said=facts.model_said))
        return reasons
    # A person took the case up: so a person decides it, however sure the model is now.
    if facts.same_again:
        reasons.insert(0, Reason(code=Code.SAME_AGAIN))
    if facts.handed_by is not None:
        reasons.append(Reason(code=Code.HANDED, by=facts.handed_by))
    if facts.answered:
        reasons.append(Reason(code=Code.SOURCE_ANSWERED))
    if facts.refused:
        reasons.append(Reason(code=Code.PROPOSED_AGAIN))
    if facts.unfamiliar is not None:
        reasons.append(Reason(code=Code.UNFAMILIAR, said=facts.unfamiliar))
    if facts.fallback is not None:
        reasons.append(Reason(code=Code.FALLBACK, said=facts.fallback))
    reasons += _charter(facts)
    reasons += [Reason(code=Code.DOUBT, said=doubt) for doubt in facts.doubts]
    reasons += _second(facts)
    reasons += _confidence(facts)
    return reasons


def _charter(facts: Facts) -> list[Reason]:
    if facts.floor is None:
        # It drafts only, which needs no signature.
        return []
    reasons = [Reason(code=Code.UNSIGNED, by=facts.unsigned)] if facts.unsigned is not None else []
    return reasons + ([Reason(code=Code.INCOMPLETE, missing=facts.missing)] if facts.missing else [])


def _second(facts: Facts) -> list[Reason]:
    if facts.second_below is None:
        return []
    if facts.needs_second and not facts.second:
        return [Reason(code=Code.NO_SECOND)]
    return [
        Reason(code=Code.SECOND, fields=_fields(facts, {name: probability}))
        for name, probability in facts.second.items()
        # Written with `not`, so that NaN is a doubt, too.
        if not probability >= facts.second_below
    ]


def _confidence(facts: Facts) -> list[Reason]:
    reasons, of = list[Reason](), len(facts.confidence)
    unknown = {name: number for name, number in facts.confidence.items() if number is None}
    if unknown or not facts.confidence:
        reasons.append(Reason(code=Code.NO_CONFIDENCE, fields=_fields(facts, unknown), of=of))
    if facts.floor is None:
        return [*reasons, facts.unearned or Reason(code=Code.DRAFT)]
    low = {name: number for name, number in facts.confidence.items() if number is not None and number < facts.floor}
    if facts.score is not None:
        return reasons + _by_score(facts, facts.floor, low, is_unknown=bool(reasons))
    if low:
        reasons.append(Reason(code=Code.BELOW_FLOOR, floor=facts.floor, fields=_fields(facts, low), of=of))
    return reasons


def _by_score(facts: Facts, floor: float, low: Mapping[str, float], *, is_unknown: bool) -> list[Reason]:
    """Hold the score against the floor. `low`: the fields whose stated confidence is below it."""
    assert facts.score is not None
    number, of = facts.score.number, len(facts.confidence)
    # Written with `not`, so that NaN is unknown, too.
    if number is None or not 0 <= number <= 1:
        return [] if is_unknown else [Reason(code=Code.NO_CONFIDENCE, of=of)]
    if low and not facts.score.is_weighed:
        return [Reason(code=Code.BELOW_FLOOR, floor=floor, fields=_fields(facts, low), of=of)]
    if number >= floor:
        return []
    return [_with_score(Reason(code=Code.SCORE_BELOW, floor=floor, fields=_lowest(facts), of=of), facts)]


def _with_score(reason: Reason, facts: Facts) -> Reason:
    """Return the reason with the score, where that is another number than the stated confidence."""
    score = facts.score.number if facts.score is not None else None
    if facts.score is None or score is None:
        return reason
    if facts.score.is_weighed:
        return replace(reason, weighed=score)
    return reason if [score] == [one.number for one in reason.fields] else replace(reason, capped=score)


def _lowest(facts: Facts) -> tuple[FieldNumber, ...]:
    known = [(number, name) for name, number in facts.confidence.items() if number is not None]
    return _fields(facts, {name: number for number, name in sorted(known, key=lambda one: one[0])[:1]})


def _fields(facts: Facts, numbers: Mapping[str, float | None]) -> tuple[FieldNumber, ...]:
    return tuple(
        FieldNumber(
            name=name,
            label=facts.labels.get(name) or name.replace("_", " "),
            number=number if number is not None and isfinite(number) else None,
        )
        for name, number in numbers.items()
    )
