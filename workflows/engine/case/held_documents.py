"""Documents that a case holds: noted in the transaction that keeps its input, so that nothing removes them."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from store.documents import documents, uses
from workflows.engine.errors import InvalidInput


def hold(session: Session, held: Mapping[int, Collection[str]], *, team: int, are_new: bool = False) -> None:
    """Note the documents that cases hold, given as case -> their hashes. The cases have to be held.

    `are_new`: the cases were added in this transaction. Raise `InvalidInput` where a document was removed meanwhile.
    """
    wanted = {sha for hashes in held.values() for sha in hashes}
    if not wanted:
        return
    kept = documents.found(session, wanted, team=team)
    gone = len(wanted) - len(kept)
    if gone:
        many = "a document of it is" if gone == 1 else f"{gone} documents of it are"
        raise InvalidInput(f"{many} not kept any more, since no case held it for long: hand it in again")
    by_case = {case: [kept[sha].id for sha in hashes] for case, hashes in held.items() if hashes}
    (uses.add_new if are_new else uses.add_all)(session, by_case, team=team)
    documents.take_up(session, [one.id for one in kept.values() if one.unheld_since is not None], team=team)
