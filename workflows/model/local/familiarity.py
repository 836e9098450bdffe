"""Familiarity: a measure of how much a text resembles the examples.

A classifier answers any text, even a love letter in Portuguese, and may be sure of its answer. So a text is compared
with the examples themselves, by whole words: by sequences of letters, "transferencia" would be close to "transfer". A
word of no example counts as a difference. Otherwise one known word would make a foreign sentence look familiar.

Loads numpy and scipy: import it where a model is trained, not at the top of a module.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

_WORD = re.compile(r"\w+")

_LESS_SIMILAR = 0.01
_LESS_KNOWN = 0.005
"""Shares of the examples that would be flagged themselves.

Chosen on 8,000 messages to a bank: 1.2 % of 2,003 others are flagged, and so are 125 of 125 sentences about banking in
German, Spanish, French and Portuguese.
"""

_COMPARED_AT_MOST = 8_000
"""Most examples that are compared. Comparing each with every other takes time that grows with the square of their
number.
"""
_CELLS_AT_ONCE = 4_000_000
"""Cells of a matrix in memory, of 8 bytes each: 32 MB."""

ALGORITHM = f"cosine of sets of words by idf; flagged: the lowest {_LESS_SIMILAR} similar, {_LESS_KNOWN} known"
"""The algorithm in words. With the examples, it decides what is flagged, so it is part of a model's name."""


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

    @classmethod
    def learn(cls, texts: Sequence[str]) -> Self:
        """Measure the examples against each other.

        A text is the set of its words, weighted by inverse document frequency. The usual values are low quantiles over
        the examples, each compared with all others (leave one out). Texts of the same words are one example: otherwise,
        in a list that holds everything twice, only copies would be familiar.

        `texts`: each has at least one word. Their order makes no difference.
        """
        different = sorted({tuple(sorted(_words(text))) for text in texts})
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
            usual_known=float(np.quantile(known, _LESS_KNOWN)),
            examples=len(texts),
            columns=columns,
            weights=weights,
            unknown_weight=_weight(1, len(different)),
            rows=rows,
        )

    def doubt(self, text: str) -> str | None:
        """Return a sentence that says why the text is unlike the examples; None where it is like them."""
        words = _words(text)
        if sum(map(len, words)) < 2:
            return "it has no words to compare"
        known = [self.columns[word] for word in sorted(words) if word in self.columns]
        vector = np.zeros(len(self.columns))
        vector[known] = self.weights[known]
        length = _length(vector[known], also=(len(words) - len(known)) * self.unknown_weight**2)
        similarity = float((self.rows @ vector).max()) / length
        if similarity <= 0 or similarity < self.usual_similarity:
            return (
                f"it is unlike the {self.examples:,} examples:"
                f" the closest resembles it {_percent(similarity) / 100:.2f},"
                f" usual is more than {_percent(self.usual_similarity) / 100:.2f}"
            )
        share = len(known) / len(words)
        if share < self.usual_known:
            return (
                f"too many words that none of the {self.examples:,} examples holds:"
                f" {_percent(share)} % are known, usual is more than {_percent(self.usual_known)} %"
            )
        return None


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


def _closest_other(rows: csr_array, compared: range) -> NDArray[np.float64]:
    """Return the highest cosine between each compared row and any other row."""
    columns = rows.T.tocsr()
    at_once = max(1, _CELLS_AT_ONCE // rows.shape[0])
    closest = []
    for start in range(0, len(compared), at_once):
        some = np.array(compared[start : start + at_once])
        similarity = (rows[some] @ columns).toarray()
        similarity[np.arange(len(some)), some] = 0
        closest.append(similarity.max(axis=1))
    return np.concatenate(closest)
