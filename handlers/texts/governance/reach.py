"""The words about what a removal does not reach in Slack and beside the rows of cases, each with what is left to do."""

from workflows.engine.privacy.views import Reach

IN_SLACK = (
    "In Slack, cards of these cases are drawn without content, and what was said in their threads and by direct "
    "message is deleted, within a minute. Not reached there: what people wrote or copied themselves, notifications "
    "that were sent by mail or to a phone, answers that only one person saw, windows that are still open, a Home tab "
    "until it is opened again, and Slack's own exports and retention."
)
"""The reach of a removal in Slack."""
IN_MEMORY = "Running processes may keep the last texts that they parsed in memory until they are restarted."
"""Words about the memory of running processes, which a removal does not reach."""
_TABLES = {
    "prompt_versions": "versions of prompts (edit the file; the kept versions stay)",
    "evals": "results of evals",
    "digests": "digests that were made",
    "courses": "questions to leads",
    "audit": "entries of the audit, which is never changed",
    "terms": "kept terms of workflows",
    "legal_holds": "reasons of legal holds",
    "workflows": "reasons of pauses",
    "deliveries": "keys of deliveries",
    "outbox": "messages that were noted",
}
"""Table -> what its rows are."""


def beside(reach: Reach) -> list[str]:
    """Say what stands beside the rows of the cases, a sentence for each."""
    said = []
    if reach.unknown_notes:
        number = f"{reach.unknown_notes:,} {'note' if reach.unknown_notes == 1 else 'notes'}"
        said.append(
            f"{number} in Slack that an earlier version sent: delete them by hand, in the threads of the cards."
        )
    if reach.sources:
        said.append(
            f"{', '.join(reach.sources)} brought some of these cases over HTTP, and may have been told how they stand: "
            "ask those who run it to remove them there."
        )
    for one in reach.examples:
        where = one.file if one.file is not None else f"the examples of {one.workflow}, which its code brings"
        if one.unread is not None:
            said.append(f"{where}: could not be read ({one.unread}), so nobody knows.")
            continue
        rows = ", ".join(str(row) for row in one.rows)
        what = "row" if len(one.rows) == 1 else "rows"
        said.append(
            f"{where}, {what} {rows}: take {'it' if len(one.rows) == 1 else 'them'} out of the file. The local model "
            "no longer learns from {'it' if len(one.rows) == 1 else 'them'}; an eval still reads the file."
        )
    for other in reach.elsewhere:
        ids = ", ".join(str(row) for row in other.rows)
        more = f" and {other.number - len(other.rows):,} more" if other.number > len(other.rows) else ""
        said.append(f"{_TABLES.get(other.table, f'the table {other.table}')}: {ids}{more}.")
    return said
