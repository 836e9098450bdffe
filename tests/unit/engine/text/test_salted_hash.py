"""The definition of the hashes that are kept of a case's content."""

from hashlib import sha256

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.text.salted_hash import Of, hash_to_keep, new_salt, salted_hash, shown_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(of=st.sampled_from(Of), text=TEXTS, salt=TEXTS)
def test_it_is_the_sha_256_of_the_rfc_8785_form(of: Of, text: str, salt: str) -> None:
    """Whoever has the salt and the text can compute it in any language."""
    form = rfc8785.dumps({"of": of.value, "salt": salt, "text": text})
    assert salted_hash(of, text, salt=salt) == sha256(form).hexdigest()


def test_it_is_as_it_was_written_down() -> None:
    """Hashes are kept for years: nothing may change them."""
    known = "a0ab1480b410c3f2a4f578ee31ea9e0b6c38eeeadd4321345e5081fcd0416313"
    assert salted_hash(Of.OUTPUT, '{"queue":"billing"}', salt="0" * 32) == known


def test_salt_kind_and_text_each_make_another_hash() -> None:
    salt = new_salt()
    made = {
        salted_hash(Of.OUTPUT, "a", salt=salt),
        salted_hash(Of.OUTPUT, "b", salt=salt),
        salted_hash(Of.INPUT, "a", salt=salt),
        salted_hash(Of.OUTPUT, "a", salt=new_salt()),
    }
    assert len(made) == 4


def test_nothing_is_hashed_without_a_salt() -> None:
    assert hash_to_keep(Of.OUTPUT, "a", salt=None) is None


def test_what_was_shown_is_told_apart_however_it_is_cut() -> None:
    """A proposal and the reasons beside it are two texts, and none is not an empty one."""
    parts = [("a", "b"), ("ab", ""), ("", "ab"), (None, "ab"), ("ab", None), (None, None)]
    assert len({shown_text(*both) for both in parts}) == len(parts)
