"""The form that is sealed, the tree, the chain and the keys."""

import json
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.proof.audit_form import AuditRecord, canonical, content_of, form_of, leaf, record_as_json
from workflows.engine.proof.chain import packed_ids, unpacked_ids
from workflows.engine.proof.keys import BadKey, SigningKey, public_key, signing_key
from workflows.engine.proof.known_heads import NoHead, given_head
from workflows.engine.proof.merkle import root_of

ROW = AuditRecord(
    team=1,
    id=12,
    at="2026-11-20T09:00:00.000000Z",
    actor="U0MARIA",
    action="review.approved",
    subject_kind="review",
    subject_id=3,
    case=4,
    details={"version": 1, "from": "open", "key": 'ticket-"1"\n'},
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_the_form_is_that_of_rfc_8785(value: dict[str, Any]) -> None:
    """The fast writer and the library agree on everything that JSON can say."""
    assert canonical(value) == rfc8785.dumps(value)


def test_a_form_reads_as_anybody_would_write_it() -> None:
    assert form_of(ROW).decode() == (
        '{"action":"review.approved","actor":"U0MARIA","at":"2026-11-20T09:00:00.000000Z","case":4,'
        '"details":{"from":"open","key":"ticket-\\"1\\"\\n","version":1},"id":12,"subject":{"id":3,"kind":"review"},'
        '"team":1,"v":1}'
    )
    assert json.loads(form_of(ROW)) == record_as_json(ROW)


@pytest.mark.parametrize("odd", [2**70, float("nan"), float("inf"), "\ud800", {"deep": [{"er": 2**64}]}])
def test_what_json_cannot_say_has_a_form_too(odd: object) -> None:
    """Somebody may have written it into a row by hand; sealing goes on."""
    assert form_of(AuditRecord(**{**_values(), "details": {"odd": odd}})).startswith(b"{")


def _values() -> dict[str, Any]:
    return {name: getattr(ROW, name) for name in AuditRecord.__slots__}


def test_a_row_is_found_under_another_id() -> None:
    """Whatever its texts say of ids."""
    row = AuditRecord(**{**_values(), "actor": '"id":12,', "details": {"id": 0}})
    assert content_of(row).leaf_at(99) == leaf(form_of(row, id=99))


@pytest.mark.parametrize("number", range(1, 18))
def test_a_root_is_that_of_rfc_6962(number: int) -> None:
    """It splits at the greatest power of two below the number of leaves."""

    def mth(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        half = 1 << (len(leaves) - 1).bit_length() - 1
        return sha256(b"\x01" + mth(leaves[:half]) + mth(leaves[half:])).digest()

    leaves = [leaf(str(one).encode()) for one in range(number)]
    assert root_of(leaves) == mth(leaves)


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_ids_are_unpacked_as_they_were_packed(ids: list[int]) -> None:
    assert list(unpacked_ids(packed_ids(ids))) == ids


def test_a_key_is_read_as_hex_and_as_base64_and_checks_what_it_signed() -> None:
    key = signing_key("00" * 32)
    assert key == signing_key("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    signature = key.sign("ab" * 32)
    assert public_key(key.public.text).signed("ab" * 32, signature)
    assert not key.public.signed("ac" * 32, signature)
    assert not SigningKey(raw=b"\x01" * 32).public.signed("ab" * 32, signature)
    assert not key.public.signed("no head", "no signature")
    assert "00" * 32 not in repr(key)


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "00" * 33, "not a key at all"])
def test_what_is_no_key_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(BadKey) as refused:
        signing_key(text)
    assert not text or text not in str(refused.value)


def test_a_head_is_read_as_it_stands_in_the_channel() -> None:
    assert given_head("87:" + "AB" * 32).head == "ab" * 32
    for text in ("87", "0:" + "ab" * 32, "87:" + "ab" * 31):
        with pytest.raises(NoHead):
            given_head(text)
