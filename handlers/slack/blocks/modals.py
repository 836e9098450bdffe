"""The modals: the forms of an edit, a rejection and a correction, the list, a review in it, and pages to read."""

import json
from collections.abc import Iterable, Mapping, Sequence

from handlers.slack import limits
from handlers.slack.blocks.card import card
from handlers.slack.blocks.columns import is_laid_out
from handlers.slack.blocks.drawing import Block, Drawn
from handlers.slack.blocks.elements import actions, button, divider, label, option, small_print
from handlers.slack.blocks.inputs import CONFIRM, ELEMENT, confirmation, inputs, marked
from handlers.slack.blocks.paragraphs import block, drawn
from handlers.slack.blocks.reasons import why
from handlers.slack.blocks.rich_text import as_written, bullets, line, moment, narrowed, quote, rich, words
from handlers.slack.ids import FORM, Action, Callback, Listed, Shown
from handlers.texts import status
from handlers.texts.card import certainty, check_first, doubted, recommendation
from handlers.texts.pieces import Room
from handlers.texts.plain import begun_large, excerpt, without_first_line
from store.states import ReviewState
from workflows.engine.errors import NeverBroken
from workflows.engine.review.decisions import MAX_REASON, Follows
from workflows.engine.review.forms import form_mark
from workflows.engine.review.views import CardView, DeliveredView, DoubtView, WaitingView
from workflows.engine.text.form_fields import Field
from workflows.engine.text.sanitize import one_line, sanitize

View = dict[str, object]
"""A modal."""
FOLLOWS = "follows"
REASON = "reason"
"""Names of the inputs of a rejection."""
FILL_IN_NOW = "fill_in_now"
"""Choice of a person who rejects a proposal and fills in the empty form at once."""
AND_THEN = "What is to follow?"
WHY = "why!"
"""Name of the input of a correction that is no field; no field can have that name."""
FORM_CHANGED = "The form has changed since you opened it. Nothing is recorded yet: look at it, then send it again."
PAGE = 10
"""Number of reviews on a page of the list."""
_BRIEF = Room(text=400, line=120, items=12)
"""Room for things that a modal only names."""
_PART = 2_900
"""Characters of a text in one piece of a block."""
_SPARE = 2_000
"""Characters kept free in a view: for all but its blocks, and for the line about what is left out."""


def edit_form(
    view: CardView,
    fields: Sequence[Field],
    typed: Mapping[str, str],
    *,
    generation: int = 0,
    broken: NeverBroken | None = None,
    redrawn: Sequence[str] = (),
    listed: Listed | None = None,
    notice: str | None = None,
    changed: str | None = None,
    dropped: Mapping[str, str] | None = None,
    ticked: bool = False,
) -> View | None:
    """Draw the review form, filled with what is proposed or typed; None where it is too large for Slack.

    `broken`: rules that the person has to confirm to pass over. `ticked`: the rules on the card are confirmed already.
    `redrawn`: labels of texts that follow from other fields and were written anew. `listed`: list that the form is
    opened from. `notice`: news that something is recorded already; it comes first. `changed`: news that the form
    changed since the person, or the proposal, saw it. `dropped`: values that were typed or proposed for fields that no
    longer exist.
    """
    anew = f"Written anew, to go with what you chose: {', '.join(redrawn)}. Look at it, then press Decide."
    told_first = [rich(line(words(text, bold=True))) for text in (changed, anew if redrawn else None) if text]
    told_first += [_whole(f"No longer in the form: {name}", text) for name, text in (dropped or {}).items() if text]
    asked = (
        confirmation(broken.sentences, broken.mark, generation=generation)
        if broken is not None
        else _rules(view, generation, ticked=ticked)
    )
    # The question to confirm comes first, where a phone shows it too.
    first = [rich(line(words(notice, bold=True)))] if notice is not None else []
    about = _about(view, *map(drawn, check_first(view))) | {"block_id": f"{FORM}{form_mark(fields)}"}
    above = [*first, about, *_sample(view), *asked, *told_first]
    title = f"{'Edit' if view.has_proposal else 'Fill in'} case {view.case}"
    shown = marked(fields, _doubts(view))
    form = _largest(
        _form(
            Callback.EDIT,
            title,
            [*above, *inputs(shown, typed, generation=generation, tables=tables)],
            submit="Decide",
            metadata=_shown(view, listed),
        )
        for tables in (True, False)
    )
    if form is not None and notice is not None:
        # Nothing is left to cancel.
        form["close"] = label("Later", limits.VIEW_TITLE)
    return form


def rule_met(view: CardView, broken: NeverBroken, *, listed: Listed | None = None) -> View:
    """Draw that an approval breaks a rule that the card did not show. The safe choice is the easy one."""
    shown = _shown(view)
    rules = bullets([line(words(f"never {sentence}", bold=True)) for sentence in broken.sentences])
    told = rich(
        line(words("It breaks a rule that its card did not show:")),
        rules,
        line(
            words("Go back, look again, and edit or reject it. Or approve it as it is, if that is right all the same.")
        ),
    )
    press = button(
        "Approve all the same", action=Action.ALL_THE_SAME, value=shown, says=f"Approve {view.key} all the same"
    )
    made = [_about(view), told, block(*recommendation(view, _BRIEF)), actions(f"{CONFIRM}{broken.mark}", [press])]
    form = _form(Callback.RULE, "Not approved yet", made, submit="Go back", metadata=_shown(view, listed))
    return form | {"close": label("Close", limits.VIEW_TITLE)}


def correction_form(
    view: DeliveredView, fields: Sequence[Field], *, typed: Mapping[str, str] | None = None, why: str = ""
) -> View | None:
    """Draw the form for correcting a delivery; None where it is too large for Slack.

    `typed`, `why`: what was typed in an earlier version of the form.
    """
    about = rich(line(words(excerpt(view.subject, 200), bold=True)), _case(view.text))
    about["block_id"] = f"{FORM}{form_mark(fields)}"
    delivered = line(words("This was delivered. Change what is wrong; a person decides before anything is sent."))
    reason: Block = {
        "type": "input",
        "block_id": WHY,
        "optional": True,
        "label": label("What was wrong?", limits.INPUT_LABEL),
        "element": {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": MAX_REASON}
        | ({"initial_value": why} if why else {}),
    }
    anew = [rich(line(words(FORM_CHANGED, bold=True)))] if typed is not None else []
    values = view.values if typed is None else {**view.values, **typed}
    generation = 0 if typed is None else 1
    return _largest(
        _form(
            Callback.CORRECT,
            f"Correct case {view.case}",
            [about, rich(delivered), *anew, *inputs(fields, values, generation=generation, tables=tables), reason],
            submit="Propose",
            metadata=str(Shown(id=view.case, version=view.run, generation=view.generation)),
        )
        for tables in (True, False)
    )


def rejection_form(view: CardView, *, listed: Listed | None = None, can_propose: bool = True) -> View:
    """Draw the form of a rejection: the reason, and what follows. Nothing is chosen for the person.

    `can_propose`: True if there is a model to ask again.
    """
    follows = {
        Follows.CLOSE: ("Close the case", "nothing of this is delivered"),
        FILL_IN_NOW: ("I will fill it in now", "the empty form comes next, here"),
        Follows.BY_HAND: ("Leave it to others to fill in", "it stays open, with an empty form"),
        Follows.PROPOSE_AGAIN: ("Have it proposed again", "the model is asked anew"),
    }
    if not view.has_proposal:
        del follows[FILL_IN_NOW], follows[Follows.BY_HAND]
    if view.correction or not can_propose:
        del follows[Follows.PROPOSE_AGAIN]
    options = [
        option(text, choice) | {"description": label(meaning, limits.OPTION_DESCRIPTION)}
        for choice, (text, meaning) in follows.items()
    ]
    reason = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": MAX_REASON}
    choose = {"type": "radio_buttons", "action_id": ELEMENT, "options": options}
    made: list[Block] = [
        _about(view),
        {"type": "input", "block_id": REASON, "label": label("Why?", limits.INPUT_LABEL), "element": reason},
        {"type": "input", "block_id": FOLLOWS, "label": label(AND_THEN, limits.INPUT_LABEL), "element": choose},
    ]
    title = f"Reject case {view.case}"
    return _form(Callback.REJECT, title, made, submit="Reject", metadata=_shown(view, listed))


def review(view: CardView, *, notice: Drawn | None = None, listed: Listed | None = None) -> View:
    """Draw a review in a modal. `notice`: the result of the last press. `listed`: the list it is opened from."""
    above = [*notice.blocks, divider()] if notice is not None else []
    below = []
    if view.state != ReviewState.OPEN:
        shown = str(Shown(id=view.review, version=view.version, generation=view.generation))
        press = button("Next review", action=Action.NEXT, value=shown, says="Next review", style="primary")
        below = [actions("next", [press])]
    blocks = [*above, *card(view).blocks, *below]
    return _page(Callback.REVIEW, "Review", blocks, metadata=_shown(view, listed))


def details(view: CardView) -> View:
    """Draw everything about a case that a person may want to know before deciding."""
    made = [_about(view), *_sample(view), _whole("The case", view.text)]
    for value in view.values:
        sure = f" · confidence {value.confidence:.2f}" if value.confidence is not None else ""
        said = {
            f"proposed{sure}": value.proposed,
            "delivered before": value.delivered,
            "decided": value.decided,
            "evidence in the case": value.evidence,
            "else": ", ".join(f"{other} {share:.2f}" for other, share in value.alternatives.items()),
        }
        made += [_whole(f"{value.label}, {what}", text) for what, text in said.items() if text]
    made += [_whole("Why a person is asked", why(reason)) for reason in view.why]
    made += [_whole("What the model said instead of an answer", view.model_said)] if view.model_said else []
    made += [_whole("The proposal's own reason", reason) for reason in view.model_says]
    made += [_whole("What this workflow may do", view.may)] if view.may else []
    return _page(
        Callback.READ,
        "Details",
        _bounded(made, f"There is more than Slack can show: countersign show {view.case}"),
        metadata=_shown(view),
    )


def doubt(view: DoubtView) -> View:
    """Draw everything that helps a person find out whether a delivery happened."""
    facts = [
        line(words("Its key: "), words(view.key, code=True)),
        line(words(f"Attempt {view.attempt} of this delivery · "), moment(view.since)),
    ]
    made = [rich(line(words(view.subject, bold=True)), *facts)]
    made += [_whole("What went wrong", view.why)] if view.why else []
    made += [_whole(label, value) for label, value in view.values.items()]
    made.append(_whole("The case", view.text))
    return _page(
        Callback.READ, "Look", _bounded(made, f"There is more than Slack can show: countersign show {view.case}")
    )


def waiting_list(waiting: WaitingView, *, listed: Listed) -> View:
    """Draw a page of the open reviews of a channel, or of all channels."""
    made: list[Block] = []
    for one in waiting.reviews:
        shown = str(Shown(id=one.review, version=one.version, generation=one.generation))
        by: list[Block] = [words(" · answer by "), moment(one.answer_by)] if one.answer_by else []
        asked = f" · {begun_large(one_line(why(one.why), 150))}" if one.why is not None else ""
        about = line(words(f"{one.workflow} · {one.key}{asked}"), *by)
        press = button("Review", action=Action.REVIEW, value=shown, says=f"Review {one.key}")
        made.append(rich(line(words(one_line(one.subject, 150), bold=True)), about))
        made += [actions(f"review.{shown}", [press]), divider()]
    last = waiting.first + len(waiting.reviews)
    pages = [_turn("Earlier", max(waiting.first - PAGE, 0), "back")] if waiting.first > 0 else []
    pages += [_turn("Later", waiting.first + PAGE, "on")] if last < waiting.total else []
    if pages:
        made.append(actions("pages", pages))
    if waiting.reviews:
        made.insert(0, small_print(f"{waiting.first + 1} to {last} of {waiting.total:,}, the earliest deadline first"))
    else:
        made.append(rich(line(words("Nothing waits here any more."))))
    return _page(Callback.LIST, "Waiting", made, metadata=str(listed))


def told(what: Drawn, *, typed: Mapping[str, str] | None = None) -> View:
    """Draw a message to a person, with what they typed, so that it is not lost."""
    made = [*what.blocks, *(_whole(f"You typed, for {name}", text) for name, text in (typed or {}).items() if text)]
    title = "Not recorded" if typed is not None else "Countersign"
    return _page(Callback.READ, title, _bounded(made, "You typed more than Slack can show here."))


def _about(view: CardView, *more: Block) -> Block:
    """Name the case that a form is about. `more`: what is said of it before its text."""
    text = without_first_line(view.text, view.subject)
    return rich(line(words(excerpt(view.subject, 200), bold=True)), *more, _case(text))


def _case(text: str) -> Block:
    """The beginning of a case, as there is room for it above a form."""
    if is_laid_out(text):
        return as_written(text, most=1_600)
    return quote(excerpt(narrowed(text), 1_000))


def _doubts(view: CardView) -> Mapping[str, str]:
    """The fields that are to be looked at first -> how sure the model is of them."""
    return {value.name: f"{begun_large(certainty(value, _BRIEF))}." for value in doubted(view)}


def _rules(view: CardView, generation: int, *, ticked: bool) -> list[Block]:
    """Draw the rules on the card. An edit confirms them in the same form; filling in an empty form confirms none."""
    if not view.nevers:
        return []
    if view.has_proposal:
        mark = NeverBroken(view.nevers, barred=False).mark
        return confirmation(view.nevers, mark, generation=generation, optional=True, ticked=ticked)
    rules = "; ".join(f"never {sentence}" for sentence in view.nevers)
    return [rich(line(words("A person decides this, by the rule: ", bold=True), words(excerpt(rules, 500))))]


def _sample(view: CardView) -> list[Block]:
    """Draw the notice that a proposal is a sample. It comes before anything that is proposed."""
    return [rich(line(words(f"{status.SAMPLE}. No model proposed this.", bold=True)))] if view.sample else []


def _largest(forms: Iterable[View]) -> View | None:
    """The first form, of the fullest first, that Slack takes; None where it takes none."""
    return next((form for form in forms if _fits(form)), None)


def _fits(form: View) -> bool:
    blocks = form["blocks"]
    assert isinstance(blocks, list)
    return len(blocks) <= limits.VIEW_BLOCKS and len(json.dumps(form)) <= limits.VIEW_JSON


def _turn(text: str, first: int, which: str) -> Block:
    made = button(text, action=Action.PAGE, value=str(first), says=f"{text} reviews")
    return made | {"action_id": f"{Action.PAGE}.{which}"}


def _form(callback: Callback, title: str, blocks: Sequence[Block], *, submit: str, metadata: str) -> View:
    return _page(callback, title, blocks, metadata=metadata, close="Cancel") | {
        "submit": label(submit, limits.VIEW_TITLE)
    }


def _page(callback: Callback, title: str, blocks: Sequence[Block], *, metadata: str = "", close: str = "Close") -> View:
    made: View = {
        "type": "modal",
        "callback_id": callback,
        "title": label(title, limits.VIEW_TITLE),
        "close": label(close, limits.VIEW_TITLE),
        "blocks": list(blocks),
    }
    if metadata:
        made["private_metadata"] = metadata
    return made


def _shown(view: CardView, listed: Listed | None = None) -> str:
    shown = str(Shown(id=view.review, version=view.version, generation=view.generation))
    return f"{shown} {listed}" if listed is not None else shown


def _whole(title: str, text: str) -> Block:
    """Draw a text in full below its title, in pieces of a size that Slack takes."""
    shown = sanitize(text)
    pieces = [quote(shown[start : start + _PART]) for start in range(0, len(shown), _PART)]
    return rich(line(words(title, bold=True)), *pieces)


def _bounded(blocks: Sequence[Block], otherwise: str) -> list[Block]:
    """Return as many blocks as a modal holds. `otherwise`: the last line where some are left out."""
    made, left = list[Block](), limits.VIEW_JSON - _SPARE
    for place, one in enumerate(blocks):
        left -= _size(one)
        is_last_place = place == limits.VIEW_BLOCKS - 1 and len(blocks) > limits.VIEW_BLOCKS
        if left < 0 or is_last_place:
            made += [] if is_last_place else _begun(one, left + _size(one))
            return [*made, rich(line(words(otherwise, bold=True)))]
        made.append(one)
    return made


def _begun(block: Block, left: int) -> list[Block]:
    """Return the beginning of a rich text, as far as there is room."""
    elements, kept = block.get("elements"), list[Block]()
    for element in elements if isinstance(elements, list) else []:
        left -= _size(element)
        if left < 0:
            break
        kept.append(element)
    return [rich(*kept)] if kept else []


def _size(block: object) -> int:
    """Return the number of characters of a block in a view, with the comma after it."""
    return len(json.dumps(block)) + 2
