"""The split of examples into two halves: one to learn from, and one to measure on. Pure.

The half follows from the case's key alone and is fixed: whatever comes later, an example never changes sides, and two
processes put it on the same side without asking each other. Examples that are near duplicates stand on one side, since
one would give the other away. What is near examples of both sides stands on neither.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b, sha256

from pydantic import JsonValue

from workflows.engine.text.canonical_json import canonical

_WORD = re.compile(r"[^\W\d_]+")
_FEW = 6
"""Words below which a text says too little to be near to another one."""
_WORDS = 3
"""Words of a shingle."""
_KEPT = 64
"""Hashes that are kept of a text: the smallest ones (Broder, "On the resemblance and containment of documents", 1997).
With these the share of shingles that two texts have in common is known to about 6 points.
"""
NEAR = 0.5
"""Share of common shingles from which two texts are near duplicates."""
_LONGEST = 20_000
"""Characters of a text that are compared."""


class Half(StrEnum):
    """The half of an example."""

    LEARNING = "learning"
    """It may be shown to a model, or learned from."""
    MEASURING = "measuring"
    """Versions are tried on it."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An example with its place."""

    half: Half
    alike: str
    """Mark of its near duplicates."""
    sketch: frozenset[int]


def half_of(workflow: str, key: str) -> Half:
    """Return the half of a case: each has every second one, by a SHA-256 of the workflow and the key."""
    first = sha256(f"{workflow}\0{key}".encode("utf-8", "surrogatepass")).digest()[0]
    return Half.LEARNING if first % 2 == 0 else Half.MEASURING


def sketch_of(input: JsonValue) -> frozenset[int]:
    """Return what is kept of an input to find near duplicates. Capital letters, spaces, digits and punctuation of its
    texts do not count. An input of a few words is near to one that is written alike only.
    """
    text = "\n".join(_texts_in(input))[:_LONGEST]
    return _sketch(text, canonical(input) if len(_WORD.findall(text)) < _FEW else "")


@lru_cache(maxsize=20_000)
def _sketch(text: str, whole: str) -> frozenset[int]:
    words = _WORD.findall(text.casefold())
    shingles = {whole} if whole else {" ".join(words[at : at + _WORDS]) for at in range(len(words) - _WORDS + 1)}
    hashes = {int.from_bytes(blake2b(one.encode("utf-8", "surrogatepass"), digest_size=6).digest()) for one in shingles}
    return frozenset(sorted(hashes)[:_KEPT])


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of shingles that two inputs have in common, about, from 0 to 1."""
    shared = one & other
    # Most inputs have nothing in common, and this many are compared again and again.
    if len(shared) < NEAR * max(len(one), len(other)):
        return 0.0
    union = sorted(one | other)[:_KEPT]
    return sum(each in shared for each in union) / len(union)


def near(sketch: frozenset[int], among: Iterable[Placed]) -> list[Placed]:
    """Return the near duplicates of an input, the nearest first."""
    found = [(likeness(sketch, one.sketch), one) for one in among]
    return [one for like, one in sorted(found, key=lambda one: -one[0]) if like >= NEAR]


class Taught:
    """Inputs that a version learned from, to be asked whether it knows the like of another one."""

    def __init__(self, inputs: Iterable[Mapping[str, JsonValue]]) -> None:
        """`inputs`: theirs, as JSON."""
        self._sketches = [sketch_of(dict(one)) for one in inputs]
        self._with: dict[int, list[int]] = {}
        for place, sketch in enumerate(self._sketches):
            for one in sketch:
                self._with.setdefault(one, []).append(place)

    def has_like(self, input: JsonValue) -> bool:
        """Tell whether one of them is a near duplicate of an input."""
        sketch = sketch_of(input)
        shared = {place for one in sketch for place in self._with.get(one, ())}
        return any(likeness(sketch, self._sketches[place]) >= NEAR for place in shared)


def place(workflow: str, key: str, sketch: frozenset[int], among: Iterable[Placed]) -> Placed | None:
    """Return the place of a new example among those that are there; None where it has none.

    It joins its nearest near duplicate. Where it has near duplicates in both halves, it would give some of them away.
    """
    close = near(sketch, among)
    if len({one.half for one in close}) > 1:
        return None
    if close:
        return Placed(half=close[0].half, alike=close[0].alike, sketch=sketch)
    return Placed(half=half_of(workflow, key), alike=_mark(workflow, key), sketch=sketch)


def _texts_in(value: JsonValue) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts_in(one)


def _mark(workflow: str, key: str) -> str:
    return sha256(f"alike\0{workflow}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
