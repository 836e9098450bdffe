"""RESULTS.md: each benchmark writes its own section and leaves the others as they are."""

from pathlib import Path

import pytest

from benchmarks.kit.report import DOCS, Part, Section, Unmarked, inserted, merged, number, table

BEFORE = "# Measured\n\n## Real messages\n\nOn some day.\n\n| a |\n|---|\n| 1 |\n"


def section(heading: str, *lines: str) -> Section:
    return Section(heading=heading, lines=lines)


def test_a_new_section_stands_in_its_place_and_the_others_stay() -> None:
    """Throughput goes before the real messages, whose text is the same to the letter."""
    after = merged(BEFORE, section("Throughput", "fast"))
    assert after == BEFORE.replace("# Measured\n\n", "# Measured\n\n## Throughput\n\nfast\n\n")


def test_a_section_that_is_measured_again_is_replaced() -> None:
    """The old figures are gone, and nothing else is."""
    once = merged(merged(BEFORE, section("Clicks", "slow")), section("Throughput", "fast"))
    again = merged(once, section("Clicks", "soon"))
    assert again == once.replace("slow", "soon")


def test_the_first_section_makes_the_file() -> None:
    """There is a title, then the section."""
    assert merged("# Measured\n", section("Waiting", "long")) == "# Measured\n\n## Waiting\n\nlong\n"


def test_a_table_has_its_words_on_the_left_and_its_figures_on_the_right() -> None:
    """Markdown says so in the line under the heads."""
    assert table(["", "cases"], [["ours", number(1234.5)], ["theirs", number(9.87)]]) == [
        "|  | cases |",
        "| --- | ---: |",
        "| ours | 1,234 |",
        "| theirs | 9.9 |",
    ]


MARKED = "# Scale\n\nBefore.\n\n<!-- measured: sums -->\nold\n<!-- end of sums -->\n\nAfter.\n"


def part(name: str) -> Part:
    return Part(file=Path("scale.md"), name=name, lines=["new"])


def test_a_part_of_a_document_is_replaced_between_its_marks() -> None:
    """The rest stays to the letter, and so it does when it is measured again."""
    once = inserted(MARKED, part("sums"))
    assert once == MARKED.replace("\nold\n", "\n\nnew\n\n")
    assert inserted(once, part("sums")) == once


def test_a_part_without_marks_is_refused() -> None:
    """Otherwise measured figures would be lost in silence."""
    with pytest.raises(Unmarked, match=r"scale\.md"):
        inserted(MARKED, part("others"))


@pytest.mark.parametrize(
    ("page", "name"),
    [("measured.md", "peers"), ("measured.md", "growth"), ("measured.md", "files"), ("scale.md", "capacity")],
)
def test_the_documents_have_the_marks_that_the_benchmarks_write_to(page: str, name: str) -> None:
    """A measurement that takes hours finds its place."""
    assert "new" in inserted((DOCS / page).read_text(encoding="utf-8"), part(name))
