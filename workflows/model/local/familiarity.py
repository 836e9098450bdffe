"""Familiarity: a measure of how much a text resembles the examples.

A classifier answers any text, even a love letter in Portuguese, and may be sure of its answer. So a text is compared
with the examples themselves, by whole words: by sequences of letters, "transferencia" would be close to "transfer". A
word of no example counts as a difference. Otherwise one known word would make a foreign sentence look familiar.

A text is also compared with the examples of the value that it would get: a message of a kind that no example has often
resembles some example, and less often one of the value to which the classifier gives it.

With an embedding, a text of other words is familiar all the same if an example means nearly the same.

Loads numpy and scipy: import it where a model is used, not at the top of a module.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from workflows.model.local.packed import words_as_array, words_of

if TYPE_CHECKING:
    from workflows.model.local.embedding import Embedding, Vectors

Integers = NDArray[np.int32]

_WORD = re.compile(r"\w+")

_LESS_SIMILAR = 0.01
_LESS_KNOWN = 0.005
"""Shares of the examples that would be flagged themselves.

Chosen on 8,000 messages to a bank: 1.2 % of 2,003 others are flagged, and so are 125 of 125 sentences about banking in
German, Spanish, French and Portuguese.
"""

_LESS_ALIKE = 0.09
"""Share of the examples that are less similar than usual to the others of their own value.

Chosen on Banking77 with 12 of the 77 intents left out, on other splits than those of docs/measured.md.
"""
_NARROW_FROM = 20
"""Values of a field from which texts are compared with those of one value. One of few values is wide: on support-triage
that kept 3 of 100 right tickets back and no more of the wrong ones than of the right ones.
"""

_COMPARED_AT_MOST = 8_000
"""Most examples that are compared. Comparing each with every other takes time that grows with the square of their
number.
"""
_MEANT_AT_MOST = 2_000
"""Most examples whose meaning is compared with that of the others."""
_CELLS_AT_ONCE = 500_000
"""Cells of a matrix in memory, of 8 bytes each: 4 MB."""

ALGORITHM = (
    f"cosine of sets of words by idf; flagged: the lowest {_LESS_SIMILAR} similar, {_LESS_KNOWN} known, "
    f"{_LESS_ALIKE} of a value among {_NARROW_FROM} or more"
)
"""The algorithm in words. With the examples, it decides what is flagged, so it is part of a model's name."""
ALGORITHM_WITH_MEANINGS = "not flagged: what means as near to an example as half of the examples do to another"
"""The part that an embedding adds."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Meanings:
    """The vectors of the examples, and how near they usually are to each other."""

    embedding: "Embedding"
    rows: "Vectors"
    """The vector of each row of a `Familiarity`."""
    usual: float
    """The cosine, from 0 to 1, that half of the examples reach with the example nearest to them."""

    @classmethod
    def learn(cls, embedding: "Embedding", texts: Sequence[str]) -> Self:
        """Measure the examples against each other. `texts`: they differ."""
        rows = embedding.vectors(*texts)
        compared = np.arange(0, len(rows), math.ceil(len(rows) / _MEANT_AT_MOST))
        nearest = []
        for start in range(0, len(compared), at_once := max(1, _CELLS_AT_ONCE // len(rows))):
            some = compared[start : start + at_once]
            near = rows[some] @ rows.T
            near[np.arange(len(some)), some] = 0
            nearest.append(near.max(axis=1))
        # Rounded: the last digits of a product depend on the number of threads, and the model's bytes must not.
        return cls(embedding=embedding, rows=rows, usual=round(float(np.median(np.concatenate(nearest))), 3))

    def near(self, text: str, which: NDArray[np.bool_] | None = None) -> bool:
        """Tell whether a text means as near to an example, or to one of the marked ones, as is usual."""
        cosines = (self.rows * self.embedding.vectors(text)).sum(axis=1)
        found = float((cosines if which is None else cosines[which]).max(initial=0.0))
        return found > 0 and found + 1e-6 >= self.usual


@dataclass(frozen=True, kw_only=True, eq=False)
class Familiarity:
    """The words of the examples, and how similar the examples are to each other."""

    usual_similarity: float
    """The cosine, from 0 to 1, that 99 % of the examples reach with the example closest to them."""
    usual_known: float
    """The share, from 0 to 1, of an example's words that other examples hold, which 99.5 % of the examples reach."""
    examples: int
    columns: dict[str, int]
    """Word -> its column in `rows`."""
    weights: NDArray[np.float64]
    """The inverse document frequency of each column's word."""
    unknown_weight: float
    """The weight of a word in no example. It equals the weight of a word in one example, so that an example compared
    with the others is a fair sample of future texts.
    """
    rows: csr_array
    """The different examples, each a vector of length 1."""
    fields: tuple[str, ...]
    """Fields whose values are narrow enough to be compared."""
    values: Integers
    """Fields x rows: the number of the row's value; -1 where it has none."""
    usual_alike: NDArray[np.float64]
    """For each field, the cosine that most examples reach with the closest other example of the same value."""
    meanings: Meanings | None = None
    """None without an embedding."""

    @classmethod
    def learn(
        cls, texts: Sequence[str], values: Mapping[str, Sequence[int]], embedding: "Embedding | None" = None
    ) -> Self:
        """Measure the examples against each other.

        A text is the set of its words, weighted by inverse document frequency. The usual values are low quantiles over
        the examples, each compared with all others (leave one out). Texts of the same words are one example: otherwise,
        in a list that holds everything twice, only copies would be familiar.

        `texts`: each has at least one word. Their order makes no difference. `values`: field -> the number of each
        text's value; -1 where it has none.
        """
        values = {field: numbers for field, numbers in values.items() if max(numbers) + 1 >= _NARROW_FROM}
        labelled: dict[tuple[str, ...], tuple[int, ...]] = {}
        spoken: dict[tuple[str, ...], str] = {}
        for number, text in enumerate(texts):
            words, its = tuple(sorted(_words(text))), tuple(of_field[number] for of_field in values.values())
            labelled[words] = min(its, labelled.get(words, its))
            spoken[words] = min(text, spoken.get(words, text))
        different = sorted(labelled)
        numbers = np.array([labelled[words] for words in different], dtype=np.int32)
        kinds = np.ascontiguousarray(numbers.reshape(len(different), len(values)).T)
        holders = Counter(word for words in different for word in words)
        columns = {word: column for column, word in enumerate(sorted(holders))}
        weights = np.array([_weight(holders[word], len(different)) for word in columns])
        held = [np.array([columns[word] for word in words]) for words in different]
        rows = csr_array(
            (
                np.concatenate([weights[row] / _length(weights[row]) for row in held]),
                np.concatenate(held),
                np.cumsum([0, *map(len, held)]),
            ),
            shape=(len(different), len(columns)),
        )
        compared = range(0, len(different), math.ceil(len(different) / _COMPARED_AT_MOST))
        known = [sum(holders[word] > 1 for word in different[row]) / len(different[row]) for row in compared]
        return cls(
            usual_similarity=float(np.quantile(_closest_other(rows, compared), _LESS_SIMILAR)),
            fields=tuple(values),
            values=kinds,
            usual_alike=np.array(
                [np.quantile(_closest_other(rows, compared, kind), _LESS_ALIKE) for kind in kinds], dtype=np.float64
            ),
            usual_known=float(np.quantile(known, _LESS_KNOWN)),
            examples=len(texts),
            columns=columns,
            weights=weights,
            unknown_weight=_weight(1, len(different)),
            rows=rows,
            meanings=Meanings.learn(embedding, [spoken[words] for words in different]) if embedding else None,
        )

    def packed(self) -> dict[str, NDArray[Any]]:
        """Return all that it compares with."""
        meant = self.meanings
        return {
            **({"meanings": meant.rows, "meant": np.array([meant.usual])} if meant is not None else {}),
            "usual": np.array([self.usual_similarity, self.usual_known, self.unknown_weight, self.examples]),
            "words": words_as_array(tuple(self.columns)),
            "weights": self.weights,
            "data": self.rows.data,
            "indices": self.rows.indices.astype(np.int32),
            "ends": self.rows.indptr.astype(np.int32),
            "fields": words_as_array(self.fields),
            "values": self.values,
            "alike": self.usual_alike,
        }

    @classmethod
    def unpacked(cls, arrays: Mapping[str, NDArray[Any]], embedding: "Embedding | None" = None) -> Self:
        """Return what was packed. Raise `ValueError` or `KeyError` for arrays that do not fit."""
        words, usual = words_of(arrays["words"]), arrays["usual"]
        if usual.shape != (4,) or arrays["weights"].shape != (len(words),):
            raise ValueError("the numbers of what is familiar do not fit its words")
        fields = words_of(arrays["fields"])
        if arrays["values"].shape != (len(fields), len(arrays["ends"]) - 1) or arrays["alike"].shape != (len(fields),):
            raise ValueError("the numbers of what is familiar do not fit its fields")
        rows = csr_array(
            (arrays["data"].astype(np.float64), arrays["indices"], arrays["ends"]),
            shape=(len(arrays["ends"]) - 1, len(words)),
        )
        rows.check_format(full_check=True)
        meanings = None
        if embedding is not None:
            meant, usually = arrays["meanings"], arrays["meant"]
            if meant.shape != (rows.shape[0], embedding.dimensions) or usually.shape != (1,):
                raise ValueError("the numbers of what the examples mean do not fit the embedding")
            meanings = Meanings(embedding=embedding, rows=meant.astype(np.float32), usual=float(usually[0]))
        return cls(
            usual_similarity=float(usual[0]),
            usual_known=float(usual[1]),
            unknown_weight=float(usual[2]),
            examples=int(usual[3]),
            columns={word: column for column, word in enumerate(words)},
            weights=arrays["weights"].astype(np.float64),
            rows=rows,
            fields=fields,
            values=arrays["values"].astype(np.int32),
            usual_alike=arrays["alike"].astype(np.float64),
            meanings=meanings,
        )

    def doubt(self, text: str, values: Mapping[str, int]) -> str | None:
        """Return a sentence that says why the text is unlike the examples; None where it is like them.

        `values`: field -> the number of the value that the text would get, for those fields that were learned.
        """
        words = _words(text)
        if sum(map(len, words)) < 2:
            return "it has no words to compare"
        known = [self.columns[word] for word in sorted(words) if word in self.columns]
        vector = np.zeros(len(self.columns))
        vector[known] = self.weights[known]
        length = _length(vector[known], also=(len(words) - len(known)) * self.unknown_weight**2)
        similarities = (self.rows @ vector) / length
        similarity = float(similarities.max())
        if (unlike := self._unlike(text, words, known, similarity)) is not None:
            return unlike
        for field, kind, usual in zip(self.fields, self.values, self.usual_alike, strict=True):
            if field in values:
                of_value = kind == values[field]
                alike = float(similarities[of_value].max(initial=0.0))
                if alike < usual and not (self.meanings is not None and self.meanings.near(text, of_value)):
                    return (
                        f"it is unlike the examples of its {field}: the closest resembles it"
                        f" {_percent(alike) / 100:.2f}, usual is more than {_percent(float(usual)) / 100:.2f}"
                    )
        return None

    def _unlike(self, text: str, words: frozenset[str], known: Sequence[int], similarity: float) -> str | None:
        """Return why a text is unlike all examples. `known`: the columns of its words that an example holds."""
        share = len(known) / len(words)
        is_unlike = similarity <= 0 or similarity < self.usual_similarity
        if not is_unlike and share >= self.usual_known:
            return None
        if self.meanings is not None and self.meanings.near(text):
            return None
        if is_unlike:
            return (
                f"it is unlike the {self.examples:,} examples:"
                f" the closest resembles it {_percent(similarity) / 100:.2f},"
                f" usual is more than {_percent(self.usual_similarity) / 100:.2f}"
            )
        return (
            f"too many words that none of the {self.examples:,} examples holds:"
            f" {_percent(share)} % are known, usual is more than {_percent(self.usual_known)} %"
        )


def _words(text: str) -> frozenset[str]:
    # Accents are not folded: CPython normalises a long run of combining marks in quadratic time, 100 kB in seconds.
    return frozenset(_WORD.findall(text.lower()))


def _weight(holders: int, texts: int) -> float:
    """Return the inverse document frequency, smoothed as in scikit-learn."""
    return math.log((1 + texts) / (1 + holders)) + 1


def _percent(share: float) -> int:
    """Return whole percents, rounded down: "0.33, usual is 0.33 or more" would be no reason."""
    return math.floor(share * 100 + 1e-9)


def _length(weights: NDArray[np.float64], *, also: float = 0.0) -> float:
    """Return the Euclidean length. A dot product would not do: BLAS sums in an order that depends on the number of its
    threads.
    """
    return math.sqrt(float(np.square(weights).sum()) + also)


def _closest_other(rows: csr_array, compared: range, kind: Integers | None = None) -> NDArray[np.float64]:
    """Return the highest cosine between each compared row and any other row; with `kind`, any other of its value.

    Rows without a value, or alone with theirs, are left out then.
    """
    columns = rows.T.tocsr()
    at_once = max(1, _CELLS_AT_ONCE // rows.shape[0])
    numbers = np.bincount(kind[kind >= 0]) if kind is not None else None
    closest = [np.zeros(0)]
    for start in range(0, len(compared), at_once):
        some = np.array(compared[start : start + at_once])
        if kind is not None and numbers is not None:
            some = some[(kind[some] >= 0) & (numbers[kind[some]] > 1)]
        similarity = (rows[some] @ columns).toarray()
        similarity[np.arange(len(some)), some] = 0
        if kind is not None:
            similarity[kind[some][:, None] != kind[None, :]] = 0
        closest.append(similarity.max(axis=1))
    found = np.concatenate(closest)
    return found if len(found) else np.zeros(1)
