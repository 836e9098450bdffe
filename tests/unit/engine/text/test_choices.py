"""A refusal says the names that there are, and of many only those that were perhaps meant."""

from workflows.engine.text.choices import MOST, choices


def test_few_names_are_all_said() -> None:
    assert choices([]) == "none"
    assert choices(["b", "a"], typed="x") == "b, a"
    assert choices(map(str, range(MOST))).count(",") == MOST - 1


def test_of_many_names_those_like_what_was_typed_are_said() -> None:
    many = [f"T0{number:04}" for number in range(40)]
    assert choices([*many, "COUNTERSIGN_LEADS"], typed="countersign_lead") == "COUNTERSIGN_LEADS and 40 more"
    assert choices(many) == f"{', '.join(many[:MOST])} and 28 more"
