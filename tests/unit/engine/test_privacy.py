"""Each kind of text has a class of content, and each class a time; words are compared as a reader would."""

from typing import get_args

import pytest

from store.cases.contents import REMOVED, ContentKind, facts_in, is_removed, removed_with
from workflows import BadDeclaration
from workflows.engine.declare.retention import ContentClass, Retention
from workflows.engine.errors import Refused
from workflows.engine.privacy.kinds import CLASS_OF, counts_by_class, kinds_of
from workflows.engine.privacy.subjects import Words
from workflows.engine.reasons import Reason, from_json, without_words


def test_each_kind_of_text_has_a_class() -> None:
    assert set(CLASS_OF) == set(get_args(ContentKind))
    assert [kind for kind, of in CLASS_OF.items() if of is None] == ["facts"]
    assert {of.value for of in ContentClass} == set(vars(Retention()))


def test_numbers_are_added_up_by_class() -> None:
    assert counts_by_class({"input": 1, "answer": 2, "steps": 3, "problem": 1, "facts": 9, "of old": 1}) == {
        ContentClass.INPUT: 3,
        ContentClass.OUTPUT: 1,
        ContentClass.STEPS: 4,
    }
    assert kinds_of([ContentClass.MODEL]) == ["attempt"]


def test_steps_and_model_answers_go_with_the_last_of_input_and_output() -> None:
    kept = Retention(input=10, output=20, steps=None, model=90)
    assert [kept.days(of) for of in ContentClass] == [10, 20, 20, 20, None]
    assert Retention(input=None, output=20, steps=None).days(ContentClass.STEPS) is None
    assert Retention().days(ContentClass.STEPS) == 90
    with pytest.raises(BadDeclaration):
        Retention(input=0)


def test_a_removed_text_is_known_with_what_is_left_of_it() -> None:
    assert is_removed(REMOVED)
    assert is_removed(removed_with("[1]"))
    assert facts_in(removed_with("[1]")) == "[1]"
    assert facts_in(REMOVED) is None
    assert not is_removed('{"removed":true}')


def test_of_reasons_the_words_go_and_the_codes_stay() -> None:
    kept = without_words([Reason(code="model_said", said="Erika"), Reason(code="never", rule="pay twice")])
    assert from_json(kept) == (Reason(code="model_said"), Reason(code="never", rule="pay twice"))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Erika Mustermann", "to ERIKA\nMustermann, again"),
        ("Erika Mustermann", "Erika-Mustermann"),
        ("Müller", "Frau MÜLLER."),
        ("Müller", "Mu\u0308ller"),
        ("Strasse 5", "straße 5"),
        ("erika@example.org", "<Erika@Example.org>"),
        ("DE89 3704 0044 0532 0130 00", "IBAN DE89370400440532013000."),
        ("DE89370400440532013000", "de89 3704 0044 0532 0130 00"),
        ("+49 170 1234567", "+49-170-1234567"),
        ("李明", "客户李明要求退款"),
        ("김철수", "김철수는 기다린다"),
        ("Müller", "Mül\u00adler"),
        ("Erika Mustermann", "Erika\u200b Mustermann"),
        ("Müller", '{"name": "M\\u00fcller"}'),
    ],
)
def test_a_subject_is_found_as_a_reader_would(subject: str, text: str) -> None:
    assert Words.of([subject]).stand_in(text)
    assert Words.of([subject]).stand_in_json(f'{{"a":[1,{{"b":{_json(text)}}}]}}')


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Erika Mustermann", "Erika Musterfrau"),
        ("Muster", "Mustermann"),
        ("DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 001"),
        ("12345", "123456"),
    ],
)
def test_a_part_of_a_word_is_not_found(subject: str, text: str) -> None:
    assert not Words.of([subject]).stand_in(text)
    assert not Words.of([subject]).stand_in_json(_json(text))


def test_names_and_numbers_of_json_are_looked_at_too() -> None:
    assert Words.of(["Erika"]).stand_in_json('{"Erika":true}')
    assert Words.of(["4711"]).stand_in_json('{"customer":4711}')
    assert Words.of(["Erika M"]).stand_in_json('"{\\"name\\": \\"Erika\\\\nM\\"}"')
    assert Words.of(["Müller"]).stand_in_json('"M\\u00fcller"')


def test_a_subject_of_fewer_than_three_characters_is_refused() -> None:
    for subjects in ([], ["ab"], ["a b"], ["- - -"], ["李"], ["abc"] * 21):
        with pytest.raises(Refused):
            Words.of(subjects)


def test_the_words_stand_in_no_representation() -> None:
    assert "Erika" not in repr(Words.of(["Erika"]))


def _json(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
