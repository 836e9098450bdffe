"""Documents that a case holds: noted in the transaction that keeps its input, so that nothing removes them."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from store.documents import documents, uses
from store.documents.documents import KeptFile
from workflows.engine.errors import InvalidInput
from workflows.engine.text.salted_hash import Of, salted_hash

MOST_TOLD = 50
"""Documents of an input of which the audit keeps a hash each; the others are in the hash of the input alone."""


def hold(
    session: Session, held: Mapping[int, Collection[str]], *, team: int, are_new: bool = False
) -> Mapping[int, Sequence[KeptFile]]:
    """Note the documents that cases hold, given as case -> their hashes; returns them by case. The cases are held.

    `are_new`: the cases were added in this transaction. Raise `InvalidInput` where a document was removed meanwhile.
    """
    wanted = {sha for hashes in held.values() for sha in hashes}
    if not wanted:
        return {}
    kept = documents.found(session, wanted, team=team)
    gone = len(wanted) - len(kept)
    if gone:
        many = "a document of it is" if gone == 1 else f"{gone} documents of it are"
        raise InvalidInput(f"{many} not kept any more, since no case held it for long: hand it in again")
    by_case = {case: [kept[sha] for sha in hashes] for case, hashes in held.items() if hashes}
    ids = {case: [one.id for one in files] for case, files in by_case.items()}
    (uses.add_new if are_new else uses.add_all)(session, ids, team=team)
    documents.take_up(session, [one.id for one in kept.values() if one.unheld_since is not None], team=team)
    return by_case


def told(files: Sequence[KeptFile], *, salt: str | None) -> dict[str, str]:
    """Return what the audit keeps of the documents of an input: kind and pages of each, and its hash with the salt.

    Without a salt no hash is kept, since whoever has the file could check it for ever.
    """
    if not files or salt is None:
        return {}
    hashed = sorted(
        ((salted_hash(Of.DOCUMENT, one.sha256, salt=salt), one) for one in files), key=lambda each: each[0]
    )[:MOST_TOLD]
    facts = ", ".join(f"{one.kind} {one.pages}" for _, one in hashed)
    return {"documents": facts} | {f"document_{number}": hash for number, (hash, _) in enumerate(hashed, 1)}
