"""With an embedding, texts of other words are understood; a folder that will not do is refused in words."""

import json
import pickle
import re
import socket
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from tests.unit.model.test_local import Triage, examples, question
from workflows.model.local import embedding as embeddings
from workflows.model.local.embedding import Embedding
from workflows.model.local.embedding_folder import TOKENIZER, VECTORS, CannotEmbed, EmbeddingFolder
from workflows.model.local.local_model import LocalModel
from workflows.model.local.packed import CannotLoad, Packed, pack, unpack

UNKNOWN = "[UNK]"
DIMENSIONS = 32
SYNONYMS = {
    "parcel": "colis",
    "arrived": "parvenu",
    "courier": "messager",
    "brakes": "freins",
    "squeal": "grincent",
    "refund": "remboursement",
    "invoice": "facture",
}
OF_NO_EXAMPLE = {"freins grincent": "repair", "facture?": "billing", "colis?": "delivery"}
"""Texts whose words are in no example -> the right queue."""


def made(folder: Path, *, words: list[str] | None = None, **arrays: np.ndarray[Any, Any]) -> Path:
    """Make an embedding in a folder: synonyms share a vector; other words have one of their own, and weigh little."""
    folder.mkdir(exist_ok=True)
    if words is None:
        spoken = {word for one in examples() for word in re.findall(r"\w+|[^\w\s]+", one.text.lower())}
        words = sorted({*spoken, *SYNONYMS, *SYNONYMS.values()})
    places = {UNKNOWN: 0} | {word: place for place, word in enumerate(words, 1)}
    tokenizer = Tokenizer(models.WordLevel(places, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / TOKENIZER))
    vectors = np.random.default_rng(0).normal(size=(len(places), DIMENSIONS)).astype(np.float32)
    weights = np.full(len(places), 0.1)
    for word, other in SYNONYMS.items():
        if word in places and other in places:
            vectors[places[other]] = vectors[places[word]]
            weights[[places[word], places[other]]] = 1
    save_file({"embeddings": vectors, "weights": weights, **arrays}, folder / VECTORS)
    return folder


@dataclass(frozen=True, kw_only=True)
class Taught:
    folder: EmbeddingFolder
    having: LocalModel
    lacking: LocalModel


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Taught:
    folder = EmbeddingFolder(made(tmp_path_factory.mktemp("embedding")))
    return Taught(
        folder=folder,
        having=LocalModel.train(examples(), Triage, embedding=folder.embedding()),
        lacking=LocalModel.train(examples(), Triage),
    )


class TestWhatItUnderstands:
    @pytest.mark.parametrize(("text", "queue"), OF_NO_EXAMPLE.items())
    def test_a_text_of_synonyms_is_given_the_right_value_with_it_and_a_wrong_one_without(
        self, taught: Taught, text: str, queue: str
    ) -> None:
        assert queue_of(taught.having, text) == queue
        assert queue_of(taught.lacking, text) != queue

    @pytest.mark.parametrize("text", OF_NO_EXAMPLE)
    def test_a_text_of_synonyms_is_familiar_with_it(self, taught: Taught, text: str) -> None:
        assert taught.having.answer(question(text)).unfamiliar is None
        assert taught.lacking.answer(question(text)).unfamiliar is not None

    @pytest.mark.parametrize(
        "text", ["wo ist mein neues rad", "xyz foo colis bar baz", "colis wann kommt es denn nun an"]
    )
    def test_one_word_that_it_knows_does_not_make_a_foreign_sentence_familiar(self, taught: Taught, text: str) -> None:
        assert taught.having.answer(question(text)).unfamiliar is not None

    @pytest.mark.slow
    def test_it_is_a_part_of_the_name(self, taught: Taught, tmp_path: Path) -> None:
        other = Embedding.read(made(tmp_path, weights=np.ones(len(words_known(taught)))))
        names = {taught.having.name, taught.lacking.name, LocalModel.train(examples(), Triage, embedding=other).name}
        assert len(names) == 3

    @pytest.mark.parametrize("text", ["", " ", "?", "parcel parcel", "xyz", "Wo ist my parcel?", "\x00\u202e", "नमस्ते"])
    def test_any_text_has_a_vector_no_longer_than_one(self, taught: Taught, text: str) -> None:
        (vector,) = embedding_of(taught).vectors(text)
        assert np.linalg.norm(vector) <= 1 + 1e-6

    def test_a_lone_surrogate_and_a_text_without_end_are_taken(self, taught: Taught) -> None:
        assert np.linalg.norm(embedding_of(taught).vectors("\ud800", "", "parcel " * 100_000)[2]) == pytest.approx(1)

    @pytest.mark.slow
    def test_it_is_learned_with_from_some_hundred_examples_whose_groups_are_found(self, taught: Taught) -> None:
        """Texts that are alike are told by its vectors, too, whose numbers may be negative and are no counts."""
        many = [replace(one, text=f"{one.text} order {n}") for n in range(20) for one in examples()]
        model = LocalModel.train(many, Triage, embedding=embedding_of(taught))
        assert [queue_of(model, text) for text in OF_NO_EXAMPLE] == list(OF_NO_EXAMPLE.values())


class TestWhatIsSaved:
    def test_it_answers_as_before_with_the_same_folder(self, taught: Taught) -> None:
        saved = taught.having.saved()
        loaded = LocalModel.loaded(saved, taught.folder)
        assert loaded.saved() == saved
        for text in (*OF_NO_EXAMPLE, "Where is my parcel?", ""):
            assert loaded.answer(question(text)) == taught.having.answer(question(text))

    def test_it_is_refused_without_the_folder_or_with_another(self, taught: Taught, tmp_path: Path) -> None:
        saved = taught.having.saved()
        with pytest.raises(CannotLoad, match="this process has none: let COUNTERSIGN_EMBEDDING name the folder"):
            LocalModel.loaded(saved)
        other = made(tmp_path / "other", words=["parcel"])
        with pytest.raises(
            CannotLoad, match=r"trained with the embedding [0-9a-f]{8}, and COUNTERSIGN_EMBEDDING names"
        ):
            LocalModel.loaded(saved, EmbeddingFolder(other))
        with pytest.raises(CannotLoad, match=r"cannot be used: .*tokenizer\.json cannot be read"):
            LocalModel.loaded(saved, EmbeddingFolder(tmp_path / "nowhere"))

    def test_a_model_without_one_does_not_touch_the_folder(self, taught: Taught, tmp_path: Path) -> None:
        broken = EmbeddingFolder(tmp_path / "nowhere")
        assert LocalModel.loaded(taught.lacking.saved(), broken).name == taught.lacking.name

    def test_numbers_that_do_not_fit_the_embedding_are_refused(self, taught: Taught) -> None:
        known = unpack(taught.having.saved())
        for name in ("familiar.meanings", "familiar.meant", "0.weights"):
            arrays = {**known.arrays, name: np.zeros((2, 2), dtype=np.float32)}
            with pytest.raises(CannotLoad, match="cannot be used"):
                LocalModel.loaded(pack(Packed(facts=known.facts, arrays=arrays)), taught.folder)


class TestAFolderThatWillNotDo:
    def test_a_missing_folder_is_told_with_the_setting(self, tmp_path: Path) -> None:
        with pytest.raises(CannotEmbed, match="let COUNTERSIGN_EMBEDDING name the folder"):
            EmbeddingFolder(tmp_path / "nowhere").embedding()

    def test_no_folder_is_no_embedding(self) -> None:
        assert EmbeddingFolder(None).embedding() is None

    def test_a_missing_library_is_told_with_the_extra(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(sys.modules, embeddings.__name__)
        monkeypatch.setitem(sys.modules, "tokenizers", None)
        with pytest.raises(CannotEmbed, match=r"tokenizers is missing.*\[embedding\]"):
            EmbeddingFolder(made_plain(tmp_path)).embedding()

    @pytest.mark.parametrize("name", [TOKENIZER, VECTORS])
    @pytest.mark.parametrize("content", [b"", b"\xff" * 40, b"{}", b"[" * 10_000, pickle.dumps({"embeddings": 1})])
    def test_garbage_is_refused_and_named(self, tmp_path: Path, name: str, content: bytes) -> None:
        (made_plain(tmp_path) / name).write_bytes(content)
        with pytest.raises(CannotEmbed, match=f"{name} cannot be read"):
            Embedding.read(tmp_path)

    def test_a_tokenizer_of_another_size_is_refused(self, tmp_path: Path) -> None:
        made(tmp_path, words=["a", "b"])
        save_file({"embeddings": np.ones((9, 4), dtype=np.float32)}, tmp_path / VECTORS)
        with pytest.raises(CannotEmbed, match=r"knows 3 parts of words, and model\.safetensors has vectors for 9"):
            Embedding.read(tmp_path)

    @pytest.mark.parametrize(
        ("arrays", "message"),
        [
            ({"one": np.ones((3, 4)), "other": np.ones((3, 4))}, "no table of numbers"),
            ({"embeddings": np.ones(3)}, "no table of numbers"),
            ({"embeddings": np.ones((3, 4), dtype=np.int64)}, "no table of numbers"),
            ({"embeddings": np.ones((3, 2_000), dtype=np.int8)}, "at most 1,024 numbers"),
            ({"embeddings": np.full((3, 4), np.nan)}, "not finite"),
            ({"embeddings": np.ones((3, 4)), "weights": np.ones(9)}, "do not fit each other"),
            ({"embeddings": np.ones((3, 4)), "mapping": np.array([0, 1, 9])}, "do not fit each other"),
            ({"embeddings": np.ones((3, 4)), "mapping": np.array([0, 1, -1])}, "do not fit each other"),
        ],
    )
    def test_numbers_that_do_not_fit_are_refused(
        self, tmp_path: Path, arrays: dict[str, np.ndarray[Any, Any]], message: str
    ) -> None:
        save_file(arrays, made(tmp_path, words=["a", "b"]) / VECTORS)
        with pytest.raises(CannotEmbed, match=message):
            Embedding.read(tmp_path)

    def test_the_only_table_is_taken_whatever_its_name(self, tmp_path: Path) -> None:
        save_file({"embedding.weight": np.ones((3, 4), dtype=np.float16)}, made_plain(tmp_path) / VECTORS)
        assert Embedding.read(tmp_path).vectors("a").shape == (1, 4)

    def test_a_file_that_is_too_large_is_not_read_to_its_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(embeddings._LARGEST, VECTORS, 10)
        with pytest.raises(CannotEmbed, match="has more than 10 bytes"):
            Embedding.read(made_plain(tmp_path))

    def test_no_socket_is_opened(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a socket was opened")

        monkeypatch.setattr(socket, "socket", refuse)
        assert Embedding.read(made_plain(tmp_path)).vectors("a").shape == (1, DIMENSIONS)
        assert "huggingface_hub" not in sys.modules


def made_plain(folder: Path) -> Path:
    return made(folder, words=["a", "b"])


def queue_of(model: LocalModel, text: str) -> object:
    values = model.answer(question(text)).values
    assert values is not None
    return values["queue"]


def embedding_of(taught: Taught) -> Embedding:
    found = taught.folder.embedding()
    assert found is not None
    return found


def words_known(taught: Taught) -> dict[str, int]:
    assert taught.folder.folder is not None
    known: dict[str, int] = json.loads((taught.folder.folder / TOKENIZER).read_text())["model"]["vocab"]
    return known
