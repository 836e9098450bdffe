"""Features of a text: words, pairs of words, sequences of letters inside words, and its embedding if there is one.

A model that was read from its bytes answers with these, so scikit-learn is not loaded here. Its `CountVectorizer`
counts the same. Loads numpy and scipy: import it where a model is used, not at the top of a module.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from workflows.model.local.embedding import Embedding

WORDS = (1, 2)
LETTERS = (2, 4)
_WORD = re.compile(r"\w\w+")


class Vocabulary:
    """The features that examples have."""

    def __init__(
        self, *, phrases: Sequence[str] = (), letters: Sequence[str] = (), embedding: "Embedding | None" = None
    ) -> None:
        """Name the features, each once, in the order of their columns. Those of the embedding come last."""
        self.phrases = tuple(phrases)
        """Words and pairs of words: the first columns of the counts."""
        self.letters = tuple(letters)
        """Sequences of letters: the columns after them."""
        self.embedding = embedding
        self._phrases = {phrase: column for column, phrase in enumerate(self.phrases)}
        self._letters = {part: column for column, part in enumerate(self.letters, len(self.phrases))}

    @classmethod
    def learn(cls, texts: Iterable[str], embedding: "Embedding | None" = None) -> Self:
        """Take in the features of texts. At least one has a word of two letters or more."""
        phrases, letters = set[str](), set[str]()
        for text in texts:
            lowered = text.lower()
            phrases.update(_phrases(lowered))
            letters.update(_sequences(lowered))
        return cls(phrases=sorted(phrases), letters=sorted(letters), embedding=embedding)

    @property
    def counted(self) -> int:
        """The number of features that are counted."""
        return len(self.phrases) + len(self.letters)

    @property
    def columns(self) -> int:
        """The number of features."""
        return self.counted + (self.embedding.dimensions if self.embedding is not None else 0)

    def count(self, *texts: str) -> csr_array:
        """Count texts, one in a row, with the vector of its embedding after its counts. Threads may share it."""
        vectors = self.embedding.vectors(*texts).tolist() if self.embedding is not None else None
        embedded = range(self.counted, self.columns)
        # A list would take several times as many bytes, and examples are counted all at once.
        indices, data, ends = array("i"), array("d"), [0]
        for place, text in enumerate(texts):
            lowered = text.lower()
            counts: Counter[int] = Counter()
            for known, features in ((self._phrases, _phrases(lowered)), (self._letters, _sequences(lowered))):
                counts.update(column for column in map(known.get, features) if column is not None)
            row = sorted(counts)
            indices.extend(row)
            data.extend(counts[column] for column in row)
            if vectors is not None:
                indices.extend(embedded)
                data.extend(vectors[place])
            ends.append(len(indices))
        return csr_array(
            (np.array(data), np.array(indices), np.array(ends, dtype=np.int32)),
            shape=(len(texts), self.columns),
        )


def _phrases(lowered: str) -> Iterator[str]:
    # Accents are not folded: CPython normalises a long run of combining marks in quadratic time, 100 kB in seconds.
    words = _WORD.findall(lowered)
    least, most = WORDS
    for length in range(least, most + 1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


def _sequences(lowered: str) -> Iterator[str]:
    """Yield sequences of letters; a word's beginning and end are spaces. One that is shorter counts once."""
    least, most = LETTERS
    for word in lowered.split():
        padded = f" {word} "
        for length in range(least, most + 1):
            for start in range(max(1, len(padded) - length + 1)):
                yield padded[start : start + length]
            if len(padded) <= length:
                break
