"""`course list` and `course choose` at the command line, and the quality review as it is printed and exported."""

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow


def test_nothing_is_asked_before_the_first_week_and_a_choice_is_refused_in_words(countersign: CommandLine) -> None:
    countersign.submit(1)
    assert countersign.done("course", "list").out == "nothing was asked yet; the weekly business numbers ask\n"
    refused = countersign("course", "choose", "parcels", "hold").error()
    assert refused.startswith("nothing is asked about parcels for the week to ")
    assert "no workflow 'nothing'" in countersign("course", "choose", "nothing", "hold").error()
    assert countersign("course", "choose", "parcels", "grow").code == 2


def test_a_quality_review_is_printed_and_exported(countersign: CommandLine) -> None:
    countersign.submit(1)
    assert countersign.done("digest", "preview", "quality").out.startswith("Quality, ")
    assert countersign.done("digest", "export", "quality").out.startswith("first,last")
