"""The index of decided cases: which texts are nearest to another one.

TF-IDF over words with the cosine of vectors of length 1, as scikit-learn computes it. It loads scikit-learn: import it
where an index is made, not at the top of a module.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

ItemT = TypeVar("ItemT")
_WORD = r"(?u)\b\w+\b"
_PLACES = 4
"""Decimal places of a likeness. What differs beyond them counts as equally near."""


@dataclass(frozen=True, kw_only=True)
class Near(Generic[ItemT]):
    """An item that is near."""

    item: ItemT
    similarity: float
    """From 0 to 1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Index(Generic[ItemT]):
    """The vectors of texts. Threads may share it."""

    items: Sequence[ItemT]
    """One for each row."""
    rows: csr_matrix | None
    """None where no text has a word."""
    vectors: TfidfVectorizer

    @classmethod
    def of(cls, items: Sequence[ItemT], texts: Sequence[str]) -> Self:
        """Make the index of items, of which each has a text at the same place."""
        vectors = TfidfVectorizer(token_pattern=_WORD, lowercase=True, sublinear_tf=True)
        try:
            rows = vectors.fit_transform(texts)
        except ValueError:  # scikit-learn's word for texts without a word
            rows = None
        return cls(items=items, rows=rows, vectors=vectors)

    def nearest(self, text: str, *, most: int, may: Callable[[ItemT], bool]) -> list[Near[ItemT]]:
        """Return the nearest items, nearest first, those with an earlier place before others that are as near.

        An item that shares no word with the text is not near. `may`: tells whether an item may be returned.
        """
        if self.rows is None:
            return []
        similarity = np.round((self.rows @ self.vectors.transform([text]).T).toarray().ravel(), _PLACES)
        found: list[Near[ItemT]] = []
        for place in np.argsort(-similarity, kind="stable"):
            if len(found) == most or similarity[place] <= 0:
                break
            item = self.items[int(place)]
            if may(item):
                found.append(Near(item=item, similarity=min(1.0, float(similarity[place]))))
        return found
