"""Earned autonomy: the question whether more may go alone, the certificate, the form that takes it back, and news."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.slack import limits
from handlers.slack.blocks import modals
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header, label, small_print
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block, fitted, told
from handlers.slack.blocks.parts.pictures import Part, illustrated
from handlers.slack.blocks.parts.sections import section
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import ALL, Action, Callback, Shown
from handlers.texts import buttons
from handlers.texts.buttons import Button
from handlers.texts.learning import autonomy as texts
from handlers.texts.pieces import Told, line, words
from store.states import Level
from workflows.quality.autonomy.codes import News
from workflows.quality.autonomy.views import CertificateView, NewsView, QuestionView, Reach, Step

WHY = "why"
"""Name of the input of a reason."""
MOST_WHY = 500
"""Characters of a reason."""
_BRIEF = 300


@dataclass(frozen=True, kw_only=True)
class May:
    """Rights of whoever reads a certificate."""

    let: bool = False
    take_back: bool = False


def question(view: QuestionView) -> Drawn:
    """Draw the question as a message, or what became of it."""
    parts: list[Part] = [header(texts.heading(view)), *(block(*part) for part in texts.question(view))]
    picture = texts.curve(view) if view.answered is None and view.step is not Step.SHOW else None
    parts += [picture] if picture is not None else []
    parts.append(actions(f"alone.{_shown(view)}", _presses(view)))
    parts.append(small_print(texts.small_print(view)))
    return illustrated(parts, text=escaped(texts.in_brief(view), _BRIEF))


def _presses(view: QuestionView) -> list[Block]:
    shown, name = str(_shown(view)), view.workflow
    look = button(buttons.certificate(name), action=Action.CERTIFICATE, value=name)
    if view.answered is not None:
        return [look]
    let = _let(name, view.then)
    return [
        button(let, action=Action.LET_ALONE, value=shown, style="primary"),
        button(buttons.not_now(name), action=Action.NOT_NOW, value=shown),
        look,
    ]


def _let(workflow: str, to: Reach) -> Button:
    return buttons.let_alone(workflow, texts.what_is_let(to), is_alone=to.level in (Level.VETO, Level.GUARDED))


def certificate(view: CertificateView, *, may: May, first: str | None = None) -> Drawn:
    """Draw a certificate as a message. `may`: rights of whoever reads it. `first`: what was just done."""
    said = told(texts.certificate(view, texts.ROOM))
    news = [block(line(words(first, bold=True)))] if first is not None else []
    parts: list[Part] = [header(texts.certificate_heading(view)), *news, *said.blocks]
    picture = texts.curve(view)
    parts += [picture] if picture is not None else []
    if presses := _certificate_presses(view, may):
        parts.append(actions(f"certificate.{_shown(view)}", presses))
    return illustrated(parts, text=said.text)


def page(view: CertificateView, *, may: May, first: str | None = None) -> View:
    """Draw a certificate as a page to read, which has no pictures."""
    drawn = certificate(view, may=may, first=first)
    return modals.told(drawn.plain() if drawn.plain is not None else drawn, about=texts.TITLE)


def _certificate_presses(view: CertificateView, may: May) -> list[Block]:
    shown, made = str(_shown(view)), list[Block]()
    if view.epoch is None or view.now is None:
        return made
    if may.let and view.step is not None and view.permitted is not None:
        made.append(
            button(_let(view.workflow, view.permitted), action=Action.LET_IN_CERTIFICATE, value=shown, style="primary")
        )
    if may.take_back and view.now.reach.level in (Level.VETO, Level.GUARDED):
        back = buttons.take_alone_back(view.workflow)
        made.append(button(back, action=Action.TAKE_ALONE_BACK, value=shown, style="danger"))
    return made


def taking_back(view: CertificateView) -> View:
    """Draw the form in which somebody says why what goes alone is taken back."""
    element: Block = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": MOST_WHY}
    asked: Block = {
        "type": "input",
        "block_id": WHY,
        "label": label(texts.WHY, limits.INPUT_LABEL),
        "hint": label(texts.WHY_HINT, limits.INPUT_LABEL),
        "element": element,
    }
    return pages.form(
        Callback.TAKE_ALONE_BACK,
        texts.TAKE_BACK_TITLE,
        [block(*texts.takes_back(view)), asked],
        submit=texts.TAKE_IT_BACK,
        metadata=str(_shown(view)),
    )


def news(view: NewsView) -> Drawn:
    """Draw news, with a button where somebody has something to look at."""
    head = line(words(texts.news_heading(view), bold=True))
    said = fitted(lambda _: Told(brief=texts.news_brief(view), parts=[[head, *texts.news(view)]]))
    presses = _news_presses(view)
    return Drawn(text=said.text, blocks=[*said.blocks, actions("autonomy", presses)]) if presses else said


def _news_presses(view: NewsView) -> list[Block]:
    made = list[Block]()
    if (view.news is News.HELD and not view.is_over) or view.packed:
        made.append(button(buttons.look_at_late_checks(view.workflow), action=Action.SPOT_CHECKS, value=ALL))
    made.append(button(buttons.certificate(view.workflow), action=Action.CERTIFICATE, value=view.workflow))
    return made


def at_home(workflows: Sequence[str]) -> list[Block]:
    """Draw the workflows of which more may go alone, each with a button that opens its certificate."""
    made = [header(texts.AT_HOME)] if workflows else []
    for number, name in enumerate(workflows):
        look = button(buttons.look_at_certificate(name), action=f"{Action.CERTIFICATE}.{number}", value=name)
        made.append(section(line(words(name, bold=True), words(texts.MORE_MAY)), press=look))
    return made


def _shown(view: QuestionView | CertificateView) -> Shown:
    return Shown(id=view.epoch or 0, version=view.shown, generation=view.generation)
