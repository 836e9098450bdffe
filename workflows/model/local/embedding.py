"""An embedding: a vector for each word or part of a word, so that texts of other words can mean the same.

    ModelError
    └── CannotEmbed

It is read from a folder with the files `tokenizer.json` and `model.safetensors`, the form in which static embeddings
are kept: a text's vector is the mean of the vectors of its parts. Both are read without pickle and without network, and
bounded in size. docs/decisions/0089 says why no library reads the folder as a whole.

Loads numpy, safetensors and tokenizers: import it where a model is used, not at the top of a module.
"""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load
from tokenizers import Tokenizer

from workflows.model.local.embedding_folder import TOKENIZER, VECTORS, CannotEmbed

Vectors = NDArray[np.float32]

_LARGEST = {TOKENIZER: 64 * 1024 * 1024, VECTORS: 1024 * 1024 * 1024}
"""File -> the most bytes that it may have."""
_MOST_DIMENSIONS = 1_024
_LONGEST = 50_000
"""Most characters of a text that are looked at."""
_KINDS = {np.dtype(kind) for kind in ("float16", "float32", "float64", "int8")}


@dataclass(frozen=True, kw_only=True, eq=False)
class Embedding:
    """The vectors of a folder. Threads may share it."""

    hash: str
    """The SHA-256 of the folder's two files: it names the embedding."""
    dimensions: int
    _tokenizer: Tokenizer
    _vectors: Vectors
    _rows: NDArray[np.int64]
    """Number of a part of a word -> its row among the vectors; -1 for the part that stands for all unknown ones."""
    _weights: NDArray[np.float64]
    """Number of a part of a word -> its weight in the mean."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the embedding of a folder. Raise `CannotEmbed` for one that cannot be used."""
        told, held = _bytes(folder, TOKENIZER), _bytes(folder, VECTORS)
        digest = hashlib.sha256(hashlib.sha256(told).digest() + hashlib.sha256(held).digest()).hexdigest()
        try:
            arrays = load(held)
        except (SafetensorError, ValueError, KeyError, TypeError) as error:
            raise CannotEmbed(f"{folder / VECTORS} cannot be read: {error}") from error
        try:
            tokenizer = Tokenizer.from_str(told.decode())
            tokenizer.no_padding()
            tokenizer.no_truncation()
            tokenizer.encode("a ☃")  # some find only here that they have no part for what they do not know
            model = json.loads(told)["model"]
        except Exception as error:  # the library raises nothing narrower
            raise CannotEmbed(f"{folder / TOKENIZER} cannot be read: {error}") from error
        known = tokenizer.get_vocab()
        unknown = known.get(model.get("unk_token"), model.get("unk_id"))
        try:
            return cls._of(digest, tokenizer, arrays, known=len(known), last=max(known.values()), unknown=unknown)
        except ValueError as error:
            raise CannotEmbed(f"the embedding in {folder} cannot be used: {error}") from error

    @classmethod
    def _of(
        cls,
        digest: str,
        tokenizer: Tokenizer,
        arrays: dict[str, NDArray[Any]],
        *,
        known: int,
        last: int,
        unknown: int | None,
    ) -> Self:
        tables = [array for array in arrays.values() if array.ndim == 2]
        vectors = arrays.get("embeddings", tables[0] if len(tables) == 1 else None)
        if vectors is None or vectors.ndim != 2 or vectors.dtype not in _KINDS:
            raise ValueError(f"{VECTORS} has no table of numbers named embeddings")
        number, dimensions = vectors.shape
        if not 0 < dimensions <= _MOST_DIMENSIONS:
            raise ValueError(f"a vector has at most {_MOST_DIMENSIONS:,} numbers, and these have {dimensions:,}")
        rows = arrays.get("mapping", np.arange(number)).astype(np.int64)
        if rows.shape != (known,) or last != known - 1:
            raise ValueError(
                f"{TOKENIZER} knows {known:,} parts of words, and {VECTORS} has vectors for {len(rows):,}:"
                " take both files from one embedding"
            )
        weights = arrays.get("weights", np.ones(len(rows))).astype(np.float64)
        vectors = vectors.astype(np.float32)
        if weights.shape != rows.shape or rows.min() < 0 or rows.max() >= number:
            raise ValueError(f"the numbers of {VECTORS} do not fit each other")
        if not np.isfinite(vectors).all() or not np.isfinite(weights).all():
            raise ValueError(f"a number of {VECTORS} is not finite")
        if unknown is not None:
            rows[unknown] = -1
        return cls(
            hash=digest, dimensions=dimensions, _tokenizer=tokenizer, _vectors=vectors, _rows=rows, _weights=weights
        )

    def vectors(self, *texts: str) -> Vectors:
        """Return texts x dimensions. A vector's length is the share of the text's parts that are known, 0 to 1.

        Raise `CannotEmbed` for a text that the tokenizer fails on.

        So a foreign sentence with one known word is not taken for that word.
        """
        found = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for place, text in enumerate(texts):
            # A lone surrogate is no character, and the tokenizer takes characters only.
            spoken = text[:_LONGEST].encode(errors="replace").decode()
            try:
                parts = np.array(self._tokenizer.encode(spoken, add_special_tokens=False).ids, dtype=np.int64)
            except Exception as error:  # the library raises nothing narrower
                raise CannotEmbed(f"the embedding cannot take a text apart: {error}") from error
            known = parts[self._rows[parts] >= 0]
            mean = (self._vectors[self._rows[known]] * self._weights[known, None]).sum(axis=0)
            length = math.sqrt(float(np.square(mean).sum()))
            if length > 0:
                found[place] = mean / length * (len(known) / len(parts))
        return found


def _bytes(folder: Path, name: str) -> bytes:
    path, most = folder / name, _LARGEST[name]
    try:
        with path.open("rb") as file:
            found = file.read(most + 1)
    except OSError as error:
        raise CannotEmbed(
            f"the embedding's file {path} cannot be read ({error.strerror}):"
            " let COUNTERSIGN_EMBEDDING name the folder with it, or unset it"
        ) from error
    if len(found) > most:
        raise CannotEmbed(f"{path} has more than {most:,} bytes: name a smaller embedding")
    return found
