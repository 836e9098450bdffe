"""The folder of an embedding, as a setting names it: read once, when a local model first needs it."""

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from store.db import extras
from workflows.model.port import ModelError

if TYPE_CHECKING:
    from workflows.model.local.embedding import Embedding

TOKENIZER, VECTORS = "tokenizer.json", "model.safetensors"
"""Names of the files in it."""


class CannotEmbed(ModelError):
    """The embedding cannot be used. The message says what to do about it."""


class EmbeddingFolder:
    """A folder that is read when it is first asked; no folder holds no embedding. Threads may share it."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._lock = Lock()
        self._read: Embedding | None = None

    def embedding(self) -> "Embedding | None":
        """Return the embedding; None where no folder is named. Raise `CannotEmbed`.

        One that was read stays as it is until the process ends, whatever becomes of its files.
        """
        if self.folder is None:
            return None
        with self._lock:
            if self._read is None:
                self._read = _read(self.folder)
            return self._read


def _read(folder: Path) -> "Embedding":
    try:
        from workflows.model.local.embedding import Embedding
    except ModuleNotFoundError as missing:
        raise CannotEmbed(
            f"COUNTERSIGN_EMBEDDING needs a library ({missing.name} is missing): {extras.advice('embedding')}"
        ) from missing
    return Embedding.read(folder)
