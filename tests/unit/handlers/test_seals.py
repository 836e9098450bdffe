"""The state of the sealing in words: what is so now is not mixed up with what was so when a head was made."""

from datetime import UTC, datetime

from handlers.texts.governance.seals import seal_status
from handlers.texts.pieces import Line, Words
from workflows.engine.proof.views import HeadView, SealStatus

UNSIGNED = HeadView(number=1, head="a" * 64, last_row=1, sealed_at=datetime(2026, 3, 2, tzinfo=UTC), key_id=None)


def said(*, public: str | None) -> str:
    status = SealStatus(newest=UNSIGNED, unsealed=0, oldest=None)
    told = seal_status(status, sealed_rows=1, public=public)
    lines = [one for part in told.parts for one in part if isinstance(one, Line)]
    return "\n".join("".join(piece.text for piece in one.pieces if isinstance(piece, Words)) for one in lines)


def test_a_head_from_before_the_key_is_not_said_to_lack_a_key_now() -> None:
    text = said(public="b" * 64)
    assert "It is not signed." in text
    assert f"Public key: {'b' * 64}" in text
    assert "o key is set" not in text


def test_without_a_key_the_next_step_is_said_once() -> None:
    text = said(public=None)
    assert text.count("o key is set") == 1
    assert "countersign seal key makes one" in text


def test_one_row_is_one_row() -> None:
    assert said(public=None).startswith("1 seal of 1 row, the last at ")
