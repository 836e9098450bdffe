"""Use of a judge's word by `doctor --blocks`."""

from bot.cli.screens.block_check import Judged, judged, own_judge
from bot.slack.validation import Fault
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.specimens.specimen import Specimen


def plain() -> Drawn:
    return Drawn(text="text", blocks=[{"type": "divider"}])


def test_our_own_checks_name_a_fault_by_its_pointer() -> None:
    wrong = Specimen(name="wrong", message=Drawn(text="text", blocks=[{"type": "divider"}, {"type": "header"}]))
    assert own_judge(wrong) == [Fault(pointer="/blocks/1", words="missing required field: text")]
    view = Specimen(name="view", view={"type": "modal", "blocks": []})
    assert own_judge(view) == [Fault(pointer="/view", words="missing required field: title")]
    assert own_judge(Specimen(name="right", message=plain())) == []


def test_a_newer_block_that_is_refused_does_no_harm_where_the_plain_form_is_taken() -> None:
    """The same without newer blocks is what is sent then."""
    newer = Specimen(name="card", message=Drawn(text="text", blocks=[{"type": "of_tomorrow"}], plain=plain))
    assert newer.plain is not None
    first, second = judged([newer, newer.plain], own_judge)
    assert (first.taken, first.plain_taken, second) == (False, True, Judged(name="card, plain", taken=True, faults=[]))
    (alone,) = judged([newer], own_judge)
    assert (alone.taken, alone.plain_taken) == (False, False)
