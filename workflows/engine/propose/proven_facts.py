"""The facts of a proposal that its audit row keeps for good: hashes of its content, and what the policy went by.

They stand in the row that opens a review, or in the row by which a run goes alone. A receipt of the decision rests on
them once the content is gone.
"""

from collections.abc import Mapping

from workflows.engine.propose.proposer import KeptProposal
from workflows.engine.text.salted_hash import Of, hash_to_keep, shown_text


def facts_of(
    kept: KeptProposal | None, *, reasons: str | None, salt: str | None, floor: float | None, code_version: str
) -> Mapping[str, str | int | None]:
    """Return what the audit keeps of a proposal, and of what is shown with it.

    `reasons`: why a person is asked, as they are kept; None: nobody is. `salt`: the case's. `floor`: the lowest
    confidence at which the workflow may go alone, None: never. `code_version`: that of the code that proposed.
    """
    facts: dict[str, str | int | None] = {
        "shown": hash_to_keep(Of.SHOWN, shown_text(kept.body if kept is not None else None, reasons), salt=salt),
        "floor": _number(floor),
        "code": code_version,
    }
    if kept is not None:
        facts["proposed"] = hash_to_keep(Of.OUTPUT, kept.output, salt=salt)
        facts["lowest"] = _number(kept.lowest)
        if kept.handed_id is not None:
            # The name of its model is a source's own word, and the audit holds no words.
            facts["handed"] = kept.handed_id
        else:
            facts["model"] = kept.model
            facts["prompt"] = kept.prompt_version
            facts["deployed"] = kept.deployed
    return {name: value for name, value in facts.items() if value is not None}


def _number(number: float | None) -> str | None:
    return None if number is None else repr(number)
