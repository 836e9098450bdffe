"""The facts of a proposal that its audit row keeps for good: hashes of its content, and what the policy went by.

They stand in the row that opens a review, or in the row by which a run goes alone. A receipt of the decision rests on
them once the content is gone.
"""

from collections.abc import Mapping

from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.propose.proposer import KeptProposal
from workflows.engine.propose.standing import Standing
from workflows.engine.text.salted_hash import Of, hash_to_keep, shown_text


def facts_of(
    kept: KeptProposal | None,
    autonomy: Autonomy,
    *,
    reasons: str | None,
    salt: str | None,
    code_version: str,
    standing: Standing | None = None,
    is_shown: bool = True,
) -> Mapping[str, str | int | None]:
    """Return what the audit keeps of a proposal, and of what is shown with it.

    `reasons`: why a person is asked, as they are kept; None: nobody is. `salt`: the case's. `code_version`: that of the
    code that proposed. `standing`: that of the version where its autonomy is earned, with the floor that is in force.
    `is_shown`: False where nobody sees the proposal before it is decided.
    """
    seen = kept.body if kept is not None and is_shown else None
    floor = standing.goes_from if standing is not None else autonomy.at_least
    facts: dict[str, str | int | None] = {
        "shown": hash_to_keep(Of.SHOWN, shown_text(seen, reasons), salt=salt),
        "floor": _number(floor),
        "code": code_version,
    }
    if standing is not None:
        facts |= {"level": standing.level.value, "epoch": standing.number}
    if kept is not None:
        facts["proposed"] = hash_to_keep(Of.OUTPUT, kept.output, salt=salt)
        facts["lowest"] = _number(kept.lowest)
        facts["weighed"] = _number(kept.weighed)
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
