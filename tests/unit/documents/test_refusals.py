"""Words of refusals reach whoever handed the file in as they are."""

import pytest

from workflows.documents.refusals import Why, refusal
from workflows.redaction import redacted


@pytest.mark.parametrize("why", Why)
def test_no_word_of_a_refusal_is_taken_for_a_secret(why: Why) -> None:
    """“a password: send it” was told as “a password: [secret] it”."""
    said = f"the document was not taken: {refusal(why, found=12, most=10)}"
    assert redacted(said) == said
