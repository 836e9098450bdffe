"""A local model that was saved and loaded answers as the one that was trained; anything else is refused in words."""

import hashlib
import io
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.model.test_local import DELIVERY, Triage, examples, question
from workflows.model.local.local_model import LocalModel
from workflows.model.local.packed import MARK, CannotLoad, Packed, pack, unpack

MODEL = LocalModel.train(examples(), Triage)
SAVED = MODEL.saved()
LOADED = LocalModel.loaded(SAVED)


def archive(**arrays: np.ndarray[Any, Any]) -> bytes:
    """Return a file with a right mark and hash around an archive of a stranger."""
    body = io.BytesIO()
    np.savez(body, allow_pickle=True, **arrays)
    return marked(body.getvalue())


def marked(content: bytes) -> bytes:
    return MARK + hashlib.sha256(content).digest() + content


def changed(**arrays: np.ndarray[Any, Any]) -> bytes:
    """Return the saved model with other arrays of these names."""
    known = unpack(SAVED)
    return pack(Packed(facts=known.facts, arrays={**known.arrays, **arrays}))


class TestTheSameModel:
    def test_it_has_the_same_name_report_and_bytes(self) -> None:
        assert (LOADED.name, LOADED.report) == (MODEL.name, MODEL.report)
        assert LOADED.saved() == SAVED == LocalModel.train(examples()[::-1], Triage).saved()

    @given(text=st.one_of(st.text(), st.lists(st.sampled_from(DELIVERY.split())).map(" ".join)))
    @settings(max_examples=60, deadline=None)
    def test_it_gives_the_same_answer_to_any_text(self, text: str) -> None:
        assert LOADED.answer(question(text)) == MODEL.answer(question(text))

    def test_it_answers_without_scikit_learn_and_is_loaded_within_a_second(self, tmp_path: Path) -> None:
        (tmp_path / "model").write_bytes(SAVED)
        program = """
import sys, time
sys.modules["sklearn"] = None
from pathlib import Path
import numpy, scipy.sparse, scipy.special  # their import alone takes a second on a slow machine
from workflows.model.local.local_model import LocalModel
started = time.process_time()
model = LocalModel.loaded(Path(sys.argv[1]).read_bytes())
print(model.probabilities("Where is my parcel?", {"queue": "delivery"})["queue"], time.process_time() - started)
"""
        said = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "model")], capture_output=True, text=True, check=True
        )
        probability, seconds = map(float, said.stdout.split())
        assert probability == MODEL.probabilities("Where is my parcel?", {"queue": "delivery"})["queue"]
        assert seconds < 1


class TestWhatIsNoModel:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "not a local model"),
            (pickle.dumps({"a": 1}), "not a local model"),
            (b"PK\x03\x04" + SAVED, "not a local model"),
            (SAVED.replace(b" 1\n", b" 9\n", 1), "another version of Countersign"),
            (SAVED[:-1], "damaged"),
            (SAVED + b"\x00", "damaged"),
            (marked(b""), "cannot be read"),
            (marked(b"PK\x05\x06" + bytes(18)), "cannot be read"),
        ],
    )
    def test_is_refused_in_words(self, data: bytes, message: str) -> None:
        with pytest.raises(CannotLoad, match=message):
            LocalModel.loaded(data)

    @given(place=st.integers(0, len(SAVED) - 1), bit=st.integers(0, 7))
    @settings(max_examples=60, deadline=None)
    def test_no_changed_bit_is_loaded(self, place: int, bit: int) -> None:
        damaged = bytearray(SAVED)
        damaged[place] ^= 1 << bit
        with pytest.raises(CannotLoad):
            LocalModel.loaded(bytes(damaged))

    @given(content=st.binary(max_size=400))
    @settings(max_examples=60, deadline=None)
    def test_any_bytes_under_a_right_hash_are_refused(self, content: bytes) -> None:
        with pytest.raises(CannotLoad):
            LocalModel.loaded(marked(content))

    def test_what_would_be_executed_is_not(self, tmp_path: Path) -> None:
        class Harm:
            def __reduce__(self) -> tuple[object, tuple[str]]:
                return (Path.touch, (tmp_path / "touched",))  # type: ignore[return-value]  # what an attacker writes

        with pytest.raises(CannotLoad, match="cannot be read"):
            LocalModel.loaded(archive(facts=np.array([Harm()], dtype=object)))
        assert not (tmp_path / "touched").exists()

    def test_an_array_that_claims_more_than_it_holds_takes_no_memory(self) -> None:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
        body = io.BytesIO()
        with ZipFile(body, "w") as file:
            file.writestr("facts.npy", header.getvalue())
        with pytest.raises(CannotLoad, match="claims more than it holds"):
            LocalModel.loaded(marked(body.getvalue()))

    @pytest.mark.parametrize(
        ("name", "array"),
        [
            ("0.weights", np.zeros((3, 3), dtype=np.float32)),
            ("0.bias", np.array([0.0, np.nan, 0.0])),
            ("0.sharpness", np.array([-1.0])),
            ("familiar.ends", np.array([0, 5, 2], dtype=np.int32)),
            ("familiar.indices", np.full(5, 10**6, dtype=np.int32)),
            ("phrases", np.frombuffer(b'["a","a"]', dtype=np.uint8)),
            ("letters", np.frombuffer(b"{}", dtype=np.uint8)),
            ("phrases", np.frombuffer(b"[" * 100_000, dtype=np.uint8)),
        ],
    )
    def test_numbers_that_do_not_fit_each_other_are_refused(self, name: str, array: np.ndarray[Any, Any]) -> None:
        with pytest.raises(CannotLoad):
            LocalModel.loaded(changed(**{name: array}))

    def test_facts_that_are_not_those_of_a_model_are_refused(self) -> None:
        known = unpack(SAVED)
        for facts in ({}, {**known.facts, "more": 1}, {**known.facts, "name": "claude"}, {**known.facts, "fields": []}):
            with pytest.raises(CannotLoad, match="cannot be used"):
                LocalModel.loaded(pack(Packed(facts=json.loads(json.dumps(facts)), arrays=known.arrays)))
