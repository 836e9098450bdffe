"""Simulations of patterns in corrections: how many of five planted ones are found, and how many that are not there.

    python -m benchmarks.learning.improvements [--quick] [--write]

Logs of decided support tickets are made with seeds. `--write` puts the table into RESULTS.md and docs/measured.md.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from benchmarks.kit.report import Part, Section, main, table
from workflows.quality.improvements.patterns import Condition, Decided, Pattern, patterns

CASES = 1_000
ERRORS = 0.05
"""Share of errors that follow no pattern."""
HIT = 0.6
"""Share of errors where a planted pattern holds."""
SEEDS = 20
NULL_SEEDS = 200
HEADING = "Patterns in corrections, simulated"
FILE = Path("docs/measured.md")
Field = Literal["queue", "priority", "amount"]
_FIELDS: Sequence[Field] = ("queue", "priority", "amount")
_COUNTRIES = ("DE", "AT", "CH", "FR", "IT", "ES", "NL", "PL", "SE", "DK", "CZ", "IE")
_CHANNELS = ("email", "phone", "chat", "form")
_COMMON = (
    *(
        "please",
        "could",
        "you",
        "help",
        "me",
        "with",
        "my",
        "order",
        "since",
        "i",
        "have",
        "not",
        "heard",
        "and",
        "the",
    ),
    *(
        "the",
        "account",
        "shows",
        "nothing",
        "about",
        "it",
        "yet",
        "we",
        "bought",
        "this",
        "last",
        "week",
        "was",
        "late",
    ),
    *("thank", "for", "looking", "into", "the", "matter", "as", "soon", "as", "possible", "our", "team", "needs", "an"),
    *("answer", "before", "friday", "and", "nobody", "from", "support", "replied", "to", "message", "that", "sent"),
)
_VOCABULARY = tuple(f"{one}{two}{three}" for one in "bdfgklmn" for two in ("ar", "el", "io", "ut") for three in "eonst")


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A pattern that a log was made with."""

    name: str
    output: Field | None
    """None: proposals were rejected."""
    became: str | None
    holds: Callable[[Mapping[str, JsonValue]], bool]
    told: Callable[[tuple[Condition, ...]], bool]
    """Tells whether conditions are those of the pattern."""
    reason: str | None = None
    """Reason of its rejections; None: any of them."""


def _is(field: str, value: JsonValue) -> Condition:
    return Condition(field=field, kind="is", value=value)


def _above(conditions: tuple[Condition, ...]) -> bool:
    return (
        len(conditions) == 1
        and (conditions[0].field, conditions[0].kind) == ("amount", "above")
        and isinstance(conditions[0].value, int | float)
        and 460 <= conditions[0].value <= 540
    )


PLANTED: Sequence[Planted] = (
    Planted(
        name="a choice",
        output="queue",
        became="accounts",
        holds=lambda given: given["country"] == "CH",
        told=lambda conditions: conditions == (_is("country", "CH"),),
    ),
    Planted(
        name="a limit",
        output="priority",
        became="high",
        holds=lambda given: float(str(given["amount"])) > 500,
        told=_above,
    ),
    Planted(
        name="a word",
        output="queue",
        became="billing",
        holds=lambda given: "chargeback" in str(given["text"]).split(),
        told=lambda conditions: conditions == (Condition(field="text", kind="has", value="chargeback"),),
    ),
    Planted(
        name="a yes or no with another field",
        output="amount",
        became=None,
        holds=lambda given: given["member"] is True and given["channel"] == "phone",
        told=lambda conditions: set(conditions) == {_is("member", True), _is("channel", "phone")},
    ),
    Planted(
        name="two words before rejections",
        output=None,
        became=None,
        holds=lambda given: "legal notice" in str(given["text"]),
        told=lambda conditions: (
            len(conditions) == 1 and conditions[0].kind == "has" and conditions[0].value in ("legal notice", "legal")
        ),
    ),
)

OF_A_REASON = Planted(
    name="a word before rejections for one reason",
    output=None,
    became=None,
    holds=lambda given: "webinar" in str(given["text"]).split(),
    told=lambda conditions: conditions == (Condition(field="text", kind="has", value="webinar"),),
    reason="Spam",
)
"""One that is looked for among rejections for other reasons."""
_REASONS = ("Spam", "A duplicate", "Not for us", "")
"""The last one stands for people's own words."""


def log(
    seed: int, *, planted: Sequence[Planted] = PLANTED, cases: int = CASES, words: int = 40, errors: float = ERRORS
) -> list[Decided]:
    """Make a log of decided cases. `words`: most words of a text. `errors`: share of errors without a pattern."""
    draw = random.Random(seed)  # noqa: S311  # a simulation
    return [_decided(draw, case, planted, words, errors) for case in range(1, cases + 1)]


def _decided(draw: random.Random, case: int, planted: Sequence[Planted], words: int, errors: float) -> Decided:
    text = [
        draw.choice(_COMMON if draw.random() < 0.6 else _VOCABULARY) for _ in range(draw.randint(words // 2, words))
    ]
    if draw.random() < 0.06:
        text.insert(draw.randrange(len(text)), "chargeback")
    if draw.random() < 0.06:
        at = draw.randrange(len(text))
        text[at:at] = ["legal", "notice"]
    if draw.random() < 0.06:
        text.insert(draw.randrange(len(text)), "notice")
    # Drawn apart, so that the rest of a log is the same with and without.
    apart = random.Random(f"{case} {text}")  # noqa: S311  # a simulation
    if apart.random() < 0.06:
        text.insert(apart.randrange(len(text)), "webinar")
    given: dict[str, JsonValue] = {
        "country": draw.choice(_COUNTRIES),
        "channel": draw.choice(_CHANNELS),
        "member": draw.random() < 0.3,
        "amount": f"{draw.lognormvariate(5, 1):.2f}",
        "customer": {"since": draw.randint(2005, 2025), "orders": draw.randint(0, 40)},
        "text": " ".join(text),
    }
    changed: dict[str, tuple[str, str]] = {}
    rejected, reason = False, apart.choice(_REASONS)
    for one in planted:
        if one.holds(given) and draw.random() < HIT:
            rejected = rejected or one.output is None
            reason = one.reason or reason
            if one.output:
                changed[one.output] = ("other", one.became or f"{draw.randint(1, 99)}")
    if draw.random() < errors:
        field = draw.choice((*_FIELDS, None))
        rejected = rejected or field is None
        if field:
            changed.setdefault(field, ("other", draw.choice(("billing", "accounts", "high", "low"))))
    if rejected:
        changed = {}
    return Decided(
        case=case,
        input=given,
        error=rejected or bool(changed),
        wrong=frozenset(changed),
        changed=changed,
        reason=reason if rejected else None,
    )


@dataclass(frozen=True, kw_only=True)
class Told:
    """The result of one log."""

    found: frozenset[str]
    """Planted patterns that were found."""
    false: int
    """Patterns that are not among the planted ones, or say it in another way."""
    seconds: float
    """Of the processor."""


def told(
    seed: int, *, planted: Sequence[Planted] = PLANTED, cases: int = CASES, words: int = 40, errors: float = ERRORS
) -> Told:
    """Look for patterns in the log of a seed."""
    made = log(seed, planted=planted, cases=cases, words=words, errors=errors)
    begun = time.process_time()
    found = patterns(made, most=10)
    seconds = time.process_time() - begun
    names = [_name(one, planted) for one in found]
    known = frozenset(name for name in names if name)
    return Told(found=known, false=len(names) - len(known), seconds=seconds)


def _name(found: Pattern, planted: Sequence[Planted]) -> str | None:
    alike = (one for one in planted if (one.output, one.reason) == (found.output, found.reason))
    return next((one.name for one in alike if one.told(found.conditions)), None)


def simulated(quick: bool) -> Section:
    """Look for patterns in logs with planted ones and without any. `quick`: a few logs, to see that it works."""
    seeds, null_seeds = (2, 4) if quick else (SEEDS, NULL_SEEDS)
    rows = [_row("five planted", seeds, PLANTED, CASES), _row("five planted", seeds, PLANTED, CASES // 2)]
    reasoned = [*PLANTED, OF_A_REASON]
    rows += [_row("and one of a reason", seeds, reasoned, CASES), _row("and one of a reason", seeds, reasoned, 500)]
    nulls = [_row("none", null_seeds, (), CASES), _row("none, 30 % errors", null_seeds, (), CASES, errors=0.3)]
    longest = told(1, cases=500 if quick else 5_000, words=300)
    lines = [
        f"Logs with seeds, texts of 20 to 40 words, {ERRORS:.0%} errors at random in three fields and as rejections. "
        f"Five patterns are planted: {', '.join(one.name for one in PLANTED)}; where one holds, {HIT:.0%} are wrong. "
        "A pattern that names other conditions than the planted ones counts as false. Rejections have one of three "
        f"reasons, or people's own words; the pattern of a reason is {OF_A_REASON.name}, and it counts as found only "
        "where its reason is named.",
        "",
        *table(
            ("Planted", "cases", "logs", "all found", "all but one or more", "a false one", "two or more"),
            [*rows, *nulls],
        ),
        "",
        f"5,000 cases with texts of up to 300 words take {longest.seconds:.1f} s of a processor.",
    ]
    return Section(heading=HEADING, lines=lines, parts=[Part(file=FILE, name="improvements", lines=lines)])


def _row(name: str, seeds: int, planted: Sequence[Planted], cases: int, *, errors: float = ERRORS) -> tuple[str, ...]:
    each = [told(seed, planted=planted, cases=cases, errors=errors) for seed in range(seeds)]
    most = len(planted)
    every, four = (sum(len(one.found) >= number for one in each) for number in (most, most - 1))
    some, more = (sum(one.false >= number for one in each) for number in (1, 2))
    return (
        name,
        f"{cases:,}",
        str(seeds),
        *(str(count) if planted else "-" for count in (every, four)),
        str(some),
        str(more),
    )


if __name__ == "__main__":
    main(__doc__, simulated)
