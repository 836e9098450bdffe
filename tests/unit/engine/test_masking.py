"""The masking of a case: a person and a secret are in nothing of it, and the forms still take it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, JsonValue, TypeAdapter

from workflows import Personal
from workflows.engine.errors import Refused
from workflows.engine.read.pulled.masking import Masking
from workflows.quality.examples import past_decisions
from workflows.redaction import SECRET


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class Patient(BaseModel):
    name: Annotated[str, Personal]
    sex: Annotated[Sex, Personal] = Sex.FEMALE
    age: Annotated[int, Personal] = 42
    plan: Annotated[Literal["basic", "full"], Personal] = "full"
    email: Annotated[str, Personal, Field(pattern=r"^[a-z.]+@[a-z]+\.[a-z]{2}$")] = "m.berger@klinik.de"
    notes: str = ""


@dataclass(frozen=True)
class Visit:
    doctor: Annotated[str, Personal]
    minutes: int


PATIENT = Patient(name="Marion Berger", notes="Frau Berger, 42 minutes, writes from m.berger@klinik.de")


def masked(patient: Patient = PATIENT, *, masking: Masking | None = None) -> tuple[Masking, dict[str, JsonValue]]:
    masking, plain = masking or Masking(), patient.model_dump(mode="json")
    masking.look(patient, plain)
    _, made = masking.input(patient, plain)
    return masking, made


def test_personal_values_have_stand_ins_in_their_fields_and_in_all_other_texts() -> None:
    masking, made = masked()
    name = str(made["name"])
    last = name.split()[-1]
    assert made["notes"] == f"Frau {last}, 42 minutes, writes from {made['email']}"
    assert [*masking.personal] == ["name", "age", "email"]
    assert masking.text(f"MARION BERGER and {PATIENT.email}") == f"{name.upper()} and {made['email']}"
    assert Patient.model_validate(made).notes == made["notes"]


def test_a_short_number_has_its_stand_in_in_its_field_only() -> None:
    _, made = masked()
    assert isinstance(made["age"], int)
    assert made["age"] != 42
    assert "42 minutes" in str(made["notes"])


def test_a_short_number_has_it_under_the_names_of_its_field_in_steps_too() -> None:
    masking, made = masked()
    assert masking.values({"age": 42, "claim": 42, "more": [{"age": 42}]}) == {
        "age": made["age"],
        "claim": 42,
        "more": [{"age": made["age"]}],
    }


def test_unmasked_it_has_its_people_and_still_no_secrets() -> None:
    with_secret = PATIENT.model_copy(update={"notes": "Frau Berger, password: hunter2"})
    masking, made = masked(with_secret, masking=Masking(people=False))
    assert made == {**with_secret.model_dump(mode="json"), "notes": f"Frau Berger, password: {SECRET}"}
    assert masking.person("U0ANA") == "U0ANA"
    assert masking.said_of(made) == ["personal values are in it as they were: do not commit it"]


def test_words_that_a_form_chooses_from_stay_and_that_is_said() -> None:
    masking, made = masked()
    assert (made["sex"], made["plan"]) == ("female", "full")
    assert [*masking.kept] == ["sex", "plan"]


def test_an_address_has_another_shape_where_the_form_does_not_take_the_first() -> None:
    """`person1@example.com` has a digit, and a longer end."""
    _, made = masked()
    assert str(made["email"]) != PATIENT.email
    assert "example" not in str(made["email"])


def test_a_form_that_takes_no_stand_in_is_said_and_nothing_is_masked() -> None:
    class Fixed(BaseModel):
        account: Annotated[str, Personal, Field(pattern="^DE89")]

    fixed = Fixed(account="DE89 3704 0044 0532 0130 00")
    masking = Masking()
    masking.look(fixed, fixed.model_dump(mode="json"))
    with pytest.raises(Refused, match="Fixed takes no stand-in for a personal value, or a secret: account: "):
        masking.input(fixed, fixed.model_dump(mode="json"))


def test_a_result_is_looked_through_by_its_type() -> None:
    form = TypeAdapter(list[Visit])
    plain: JsonValue = [{"doctor": "Wimmer-Lang", "minutes": 12}]
    masking = Masking()
    masking.look([Visit(doctor="Wimmer-Lang", minutes=12)], plain)
    made = masking.value(plain)
    assert form.validate_python(made)[0].minutes == 12
    assert "wimmer" not in str(made).lower()
    assert made == [{"doctor": masking.text("Wimmer-Lang"), "minutes": 12}]


def test_secrets_are_never_in_it_by_their_looks_or_by_the_names_that_they_stand_under() -> None:
    masking = Masking()
    plain: JsonValue = {
        "api_key": "abc",
        "shop": {"password": "hunter2", "token_count": "12"},
        "text": "password: hunter2, see https://ana:secret@shop.example/?key=abc",
        "headers": ["Authorization: Bearer abcdefgh12345"],
        "n": 12345678,
    }
    made = masking.value(plain)
    assert isinstance(made, dict)
    assert made["api_key"] == SECRET
    assert made["shop"] == {"password": SECRET, "token_count": "12"}
    assert made["n"] == 12345678
    for secret in ("hunter2", "ana:secret", "key=abc", "abcdefgh12345"):
        assert secret not in str(made)


def test_a_secret_is_in_no_list_no_number_and_no_other_place() -> None:
    masking = Masking(people=False)
    plain: JsonValue = {"pin": 4711, "tokens": ["hunter2-a", "hunter2-b"], "input_tokens": 512, "api_key": "hunter2-c"}
    masking.look(None, plain)
    masking.look_at_call({"value": "hunter2-c"})
    assert masking.value(plain) == {
        "pin": 1111,
        "tokens": [SECRET, SECRET],
        "input_tokens": 512,
        "api_key": SECRET,
    }
    assert masking.values({"value": "hunter2-c", "path": "/login/hunter2-b"}) == {
        "value": SECRET,
        "path": f"/login/{SECRET}",
    }


def test_the_names_of_a_personal_mapping_are_nowhere_unless_they_are_plain_words() -> None:
    class Book(BaseModel):
        phones: Annotated[dict[str, str], Personal]
        text: str

    book = Book(phones={"Anna Berg": "+49 170 5551234", "home": "+49 30 5559876"}, text="Anna Berg is at home")
    masking, plain = Masking(), book.model_dump(mode="json")
    masking.look(book, plain)
    _, made = masking.input(book, plain)
    assert "Anna" not in f"{made} {masking.said_of(made)}"
    assert isinstance(made["phones"], dict)
    assert "home" in made["phones"]
    assert [*masking.personal] == ["phones"]


def test_a_person_who_decided_has_an_id_of_the_same_kind() -> None:
    masking = Masking()
    assert masking.person("U0ANA") == "U0PERSON1"
    assert masking.text("approved by U0ANA") == "approved by U0PERSON1"


def test_what_was_proposed_in_place_of_an_answer_has_its_stand_ins_and_gives_the_example_none() -> None:
    """A wrong proposal may take any word for a name: the example itself is masked as if there were none."""
    asked = PATIENT.model_copy(update={"notes": "Frau Berger has an offer of the kettle shop"})
    wrong = PATIENT.model_copy(update={"name": "Kettle Shop", "notes": "write to m.berger@klinik.de"})
    made, alone = past_decisions.masked(asked, asked, proposed=wrong), past_decisions.masked(asked, asked)
    assert (made.input, made.output) == (alone.input, alone.output)
    assert "kettle shop" in str(made.input)
    assert made.otherwise is not None
    assert [*made.otherwise] == ["name", "notes"], "only what was proposed otherwise"
    assert "Kettle" not in str(made.otherwise)
    assert "berger" not in str(made.otherwise).casefold()
    assert alone.otherwise is None
    assert past_decisions.masked(asked, asked, proposed=asked).otherwise == {}
