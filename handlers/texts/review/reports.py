"""The words of reports that something was wrong."""

from handlers.texts.pieces import Line, Paragraph, Room, Told, command, line, person, quote, words
from handlers.texts.plain import excerpt
from workflows.engine.review.views import CardView, ReportNote, ReportView

REPORTED = "Reported as wrong"
"""The status in a notification."""
ASKS = "Is it wrong? What was delivered stays until somebody changes it"
NOTED = Told(brief="Noted", parts=[[line(words("Noted.", bold=True), words(" Thank you."))]])
"""The answer to every report, whatever it is about: it says nothing of any case."""
TITLE = "Report wrong"
SEND = "Send"
WHAT = "What is wrong?"
_SHOWN = 3
"""Reports that a card shows; more are counted."""
_LONG = 300
"""Most characters of a report on a card."""


def on_card(view: CardView, room: Room) -> list[Paragraph]:
    """Say what people reported of a case; it comes before everything else."""
    made: list[Paragraph] = []
    for report in view.reports[-_SHOWN:]:
        made += [_who(report), quote(excerpt(report.said, min(room.text, _LONG)))]
    left = len(view.reports) - _SHOWN
    return [*made, *([line(words(f"… and {left} earlier reports"))] if left > 0 else [])]


def note(told: ReportNote, room: Room) -> Told:
    """Tell a workflow's owner of a report about a case that nobody has to decide."""
    first = [words("Reported wrong by ", bold=True), person(told.report.by)]
    if told.report.by_itself:
        first = [words("Made from something that was corrected", bold=True)]
    about = [words(f": case {told.case} ({told.workflow}, {excerpt(told.key, room.line)}), which is {told.state}. ")]
    calls = [words("For its owner, "), person(told.owner), words(": "), command("case", told.case, stands_out=False)]
    said = quote(excerpt(told.report.said, min(room.text, _LONG)))
    return Told(brief=f"Case {told.case} was reported as wrong", parts=[[line(*first, *about, *calls), said]])


def _who(report: ReportView) -> Line:
    if report.by_itself:
        return line(words("⚠ Made from something that was corrected", bold=True))
    return line(words("⚠ Reported wrong by ", bold=True), person(report.by))
