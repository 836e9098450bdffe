"""The words of escalations: who was asked to decide in place of the reviewers, by whom, and when."""

from handlers.texts.pieces import Line, Piece, Told, line, moment, person, words
from workflows.engine.review.views import CardView, EscalationView


def on_card(view: CardView) -> list[Line]:
    """Say it on the card; nothing where a review was not escalated."""
    return [line(*_said(view.escalation), words(" · "), moment(view.escalation.at))] if view.escalation else []


def in_thread(view: CardView, escalation: EscalationView) -> Told:
    """Say it in the thread of the card. The names call those who are asked."""
    return Told(brief=f"Asked to decide: {view.key}", parts=[[line(*_said(escalation), words("."))]])


def already(view: CardView) -> Told:
    """Say to whoever presses again who was asked before."""
    said = on_card(view) or [line(words("Somebody was asked to decide this before."))]
    return Told(brief="Somebody was asked already", parts=[[line(words("Asked already.", bold=True)), *said]])


def _said(escalation: EscalationView) -> list[Piece]:
    people: list[Piece] = []
    for place, one in enumerate(escalation.to):
        between = "" if place == 0 else (" and " if place == len(escalation.to) - 1 else ", ")
        people += [*([words(between)] if between else []), person(one)]
    if escalation.by is not None:
        return [person(escalation.by), words(" asked "), *people, words(" to decide")]
    return [words("Nobody answered in time. Asked to decide: "), *people]
