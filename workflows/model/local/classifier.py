"""A linear classifier over the features of a text, with a calibrated confidence.

It answers with arrays only, whether it was trained just now or read from its bytes. Loads numpy and scipy: import it
where a model is used, not at the top of a module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import softmax

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scale:
    """The scaling of counts to TF-IDF: a feature weighs more where a text has it often and few other texts have it."""

    phrases: int
    """Number of columns for words and pairs of words. They have a length of 1, and so have the sequences of letters and
    the embedding.
    """
    counted: int
    """Number of columns that are counts. Those of an embedding come after them and are taken as they are."""
    idf: Floats
    """The inverse document frequency of each column. 0 where no example has the feature, so that a fold treats it as
    unseen.
    """

    @classmethod
    def learn(cls, counts: csr_array, *, phrases: int, embedded: int = 0) -> Self:
        """Weight each column by the number of texts that have it. `embedded`: the number of an embedding's columns."""
        texts, columns = counts.shape
        counted = columns - embedded
        holders = np.bincount(counts.indices, minlength=columns)
        idf = np.where(holders > 0, np.log((1 + texts) / (1 + holders)) + 1, 0.0)
        idf[counted:] = 1.0
        return cls(phrases=phrases, counted=counted, idf=idf)

    def rows(self, counts: csr_array) -> csr_array:
        """Scale counts by their logarithm, and each part of a row to a length of 1.

        Scikit-learn's `TfidfVectorizer` does the same. But it would count the texts of each fold again, and its checks
        of one row take longer than the rest of an answer.
        """
        is_count = counts.indices < self.counted
        data = counts.data * self.idf[counts.indices]
        data[is_count] = (1 + np.log(counts.data[is_count])) * self.idf[counts.indices[is_count]]
        part = 3 * np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        part += (counts.indices >= self.phrases).astype(np.int64) + ~is_count
        lengths = np.sqrt(np.bincount(part, weights=np.square(data), minlength=3 * counts.shape[0]))
        lengths[lengths == 0] = 1
        return csr_array((data / lengths[part], counts.indices, counts.indptr), shape=counts.shape)


@dataclass(frozen=True, kw_only=True, eq=False)
class Classifier:
    """One linear boundary between each value and all others, and one temperature."""

    scale: Scale
    weights: Weights
    """Columns x values. Half as long as others, because nearly all of a model's bytes are these."""
    bias: Floats
    """One for each value."""
    sharpness: float = 1.0
    """The inverse temperature by which scores are multiplied."""

    def scores(self, counts: csr_array) -> Floats:
        """Return texts x values: above 0 for the value, below 0 against it. A score is a margin, no probability."""
        scores: Floats = self.scale.rows(counts).astype(np.float32) @ self.weights + self.bias
        return scores

    def probabilities(self, counts: csr_array) -> Floats:
        """Return texts x values: from 0 to 1, with a sum of 1 for each text."""
        probabilities: Floats = softmax(self.sharpness * self.scores(counts), axis=1)
        return probabilities

    def loudest(self, counts: csr_array, value: int, phrases: Sequence[str], *, most: int) -> tuple[str, ...]:
        """Return the words and pairs of words in one text that support a value most, the strongest first.

        The strength of a phrase is its TF-IDF times its weight. A phrase is left out if it contains, or is part of, a
        stronger one, or if it counts against the value.
        """
        row = self.scale.rows(counts)
        worded = row.indices < len(phrases)
        columns = row.indices[worded]
        volume = row.data[worded] * self.weights[columns, value]
        loudest: list[str] = []
        for place in np.lexsort((columns, -volume)):
            phrase = phrases[columns[place]]
            if len(loudest) == most or volume[place] <= 0:
                break
            if not any(f" {phrase} " in f" {other} " or f" {other} " in f" {phrase} " for other in loudest):
                loudest.append(phrase)
        return tuple(loudest)

    def packed(self) -> dict[str, NDArray[Any]]:
        """Return all that it answers with."""
        sharpness = np.array([self.sharpness])
        return {"idf": self.scale.idf, "weights": self.weights, "bias": self.bias, "sharpness": sharpness}

    @classmethod
    def unpacked(
        cls, arrays: Mapping[str, NDArray[Any]], *, columns: int, phrases: int, counted: int, values: int
    ) -> Self:
        """Return the classifier that was packed. Raise `ValueError` or `KeyError` for arrays that do not fit."""
        shapes = {"idf": (columns,), "weights": (columns, values), "bias": (values,), "sharpness": (1,)}
        if any(arrays[name].shape != shape for name, shape in shapes.items()) or not 0 < arrays["sharpness"][0] < 1e6:
            raise ValueError("the numbers of a field do not fit its words and values")
        return cls(
            scale=Scale(phrases=phrases, counted=counted, idf=arrays["idf"].astype(np.float64)),
            weights=arrays["weights"].astype(np.float32),
            bias=arrays["bias"].astype(np.float64),
            sharpness=float(arrays["sharpness"][0]),
        )
