"""Text laid out in columns is shown in columns, on lines that Slack does not wrap."""

from hypothesis import example, given
from hypothesis import strategies as st

from handlers.slack.blocks.parts.columns import WIDTH, is_laid_out, laid_out, table, width_of
from handlers.slack.blocks.parts.rows import rows_table
from tests.slack.stage import words
from tests.unit.handlers.cases import COLUMNS
from tests.unit.handlers.slack import as_sent
from workflows.engine.text.form_rows import write_rows
from workflows.engine.text.sanitize import sanitize

INVOICE = """\
Description                                  Qty     Unit price        Amount
------------------------------------------------------------------------------
Groupage Shenzhen - Rotterdam, 2 pallets       2         310.00        620.00
Customs clearance                              1         145.00        145.00

                                             TOTAL                  EUR 765.00
Please pay at once."""


def test_what_is_too_wide_loses_its_gaps_and_then_wraps_its_widest_column() -> None:
    """Sums still end below the amounts of another part."""
    assert is_laid_out(INVOICE)
    assert laid_out(INVOICE).split("\n") == [
        "Description                        Qty  Unit price  Amount",
        "-" * WIDTH,
        "Groupage Shenzhen - Rotterdam, 2     2      310.00  620.00",
        "  pallets",
        "Customs clearance                    1      145.00  145.00",
        "",
        "                         TOTAL                  EUR 765.00",
        "Please pay at once.",
    ]


def test_what_is_narrow_enough_stays_as_it_is() -> None:
    narrow = "Pos  Article          Amount\n 1   Kettle            41.50\n     Total             41.50"
    assert laid_out(narrow) == narrow


def test_rows_that_cannot_stand_below_each_other_are_kept_as_rows() -> None:
    rows = [f"a{n}      b{n}      c{n}      d{n}      {'e' * 20}      {'f' * 20}      {'g' * 20}" for n in range(3)]
    assert laid_out("\n".join(rows)).split("\n")[0] == f"a0   b0   c0   d0   {'e' * 20}   {'f' * 20}   {'g' * 20}"


def test_wide_letters_count_twice_and_accents_not_at_all() -> None:
    rows = table([["品名", "1"], ["試作費", "2"], ["e\u0301te\u0301", "3"]], right=[1])
    assert rows == "品名    1\n試作費  2\ne\u0301te\u0301     3"


pieces = st.sampled_from(["a", "b1", ",", " ", "  ", "     ", "|", "e\u0301", "品", "\u200b", "\\"])
rows = st.lists(pieces, max_size=40).map("".join)


@given(st.lists(rows, max_size=6))
@example(["a" + " " * 80 + "b", "品" * 40 + "   1"])
def test_no_letter_is_lost_whatever_is_laid_out(lines: list[str]) -> None:
    text = sanitize("\n".join(lines))
    assert sorted("".join(laid_out(text).split())) == sorted("".join(text.split()))


@given(st.lists(st.tuples(rows, st.integers(0, 10**6), st.integers(0, 10**5)), min_size=1, max_size=5))
def test_rows_stand_under_the_names_of_their_columns_and_numbers_end_together(
    records: list[tuple[str, int, int]],
) -> None:
    text = write_rows([[article, str(number), str(10 * amount)] for article, number, amount in records])
    made = rows_table(COLUMNS, text, most=2_000)
    assert made is not None
    drawn = words([as_sent(made)])
    lines = drawn.split("\n")
    assert lines[0].split() == ["Article", "Number", "Amount"]
    amounts = [line for line in lines if line.endswith("0")]
    assert len(amounts) == len(records)
    assert {width_of(line) for line in amounts} == {width_of(lines[0])}
    assert width_of(drawn) <= WIDTH


def test_of_many_rows_the_first_are_shown_and_the_rest_counted() -> None:
    text = write_rows([["x" * 20, "1", "2"]] * 10)
    made = rows_table(COLUMNS, text, most=70)
    assert made is not None
    assert "… and 7 more rows" in str(made)


def test_rows_with_a_value_too_many_are_no_table() -> None:
    assert rows_table(COLUMNS, "a | 1 | 2\nb | 1 | 2 | 3", most=100) is None
    assert rows_table(COLUMNS, "", most=100) is None
