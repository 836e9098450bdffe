"""Attention in words: what the team is asked and decides, and what would relieve it."""

from collections.abc import Sequence

from handlers.texts import bars
from handlers.texts.digests.amounts import count
from handlers.texts.pieces import Line, Paragraph, bullets, command, line, words
from handlers.texts.plain import percent
from workflows.engine.digests.failures.attention import Attention, Relief, ReliefKind
from workflows.engine.text.sanitize import one_line

_NAME = 60


def paragraphs(of: Attention, relief: Sequence[Relief]) -> list[Paragraph]:
    """Say what the team is asked and decides, by hour, and what would relieve it."""
    said: list[Paragraph] = [line(words(_numbers(of)))]
    if any(of.asked_by_hour) or any(of.decided_by_hour):
        asked, decided = (words(bars.standing(hours), code=True) for hours in (of.asked_by_hour, of.decided_by_hour))
        said.append(line(words("Came in, by hour from 0 to 23: "), asked))
        said.append(line(words("Decided, by hour: "), decided, words(_peaks(of))))
    lines = [_relief(one) for one in relief] or [line(words("More time: these numbers suggest nothing else."))]
    return [*said, line(words("What would relieve them:")), bullets(lines)]


def _numbers(of: Attention) -> str:
    if not of.days:
        return "Nobody has decided any case yet."
    days = "day" if of.days == 1 else f"{of.days} days"
    return f"In the last {days} with decisions people decided {of.decided:,}; {of.asked:,} came in that time."


def _peaks(of: Attention) -> str:
    asked, decided = _peak(of.asked_by_hour), _peak(of.decided_by_hour)
    if asked is None or decided is None or asked == decided:
        return ""
    return f" Most come at {asked} h, and are decided at {decided} h."


def _peak(by_hour: Sequence[int]) -> int | None:
    return by_hour.index(max(by_hour)) if any(by_hour) else None


def _relief(one: Relief) -> Line:
    name = words(one_line(one.workflow or "", _NAME), bold=True)
    match one.kind:
        case ReliefKind.RESUME:
            said = f" is paused, so that all its cases go to people: {one.number:,} of them wait. "
            return line(name, words(said), command("resume", one.workflow))
        case ReliefKind.PROPOSE:
            said = f": {count(one.number, 'case')} have no proposal; the model can be asked again. "
            return line(name, words(said), command("propose", one.workflow))
        case ReliefKind.TOGETHER:
            return line(name, words(f": {one.number:,} are like others, and can be decided together."))
        case ReliefKind.ALONE:
            share = percent(one.number / one.of)
            said = f": people took {share} of the last {one.of:,} proposals as they were. More could go alone."
            return line(name, words(said))
        case ReliefKind.PEOPLE:
            lacking = one.number - one.of
            return line(words(f"More people, or more time: {lacking:,} more came than were decided."))
        case ReliefKind.DEADLINES:
            said = f"Longer deadlines: as many are decided as come, and {one.number:,} of {one.of:,} are late."
            return line(words(said))
