"""The local model learns from examples, says honestly how good it is, and knows when a text is nothing it has seen."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from scipy.sparse import hstack, random_array
from sklearn.feature_extraction.text import CountVectorizer

from store.db import extras
from workflows.model.local.features import LETTERS, WORDS, Vocabulary
from workflows.model.local.local_model import CannotLearn, Example, LocalModel
from workflows.model.local.training import Lesson, alike, calibration_error, learn
from workflows.model.port import Answer, Model, ModelError, Question, Usage

DELIVERY = """\
Where is my bike? It should have arrived on Monday
The parcel has not arrived yet, when will it be delivered?
Can you tell me when my order will be shipped?
My delivery is three days late
The courier left the box at the wrong address
Tracking says delivered but I have no parcel
How long does shipping to Ireland take?
Can I change the delivery address of my order?
The courier never rang and took the parcel back to the depot
I would like my order delivered on Saturday
Has my parcel been shipped yet?
The tracking number of my order does not work
Nobody was at home, when will the courier come again?"""
REPAIR = """\
The brakes of my bike squeal after the last service
My rear wheel is bent, can you repair it?
The chain keeps falling off when I change gears
I need a repair of a broken spoke this week
How much is a full service of my bike?
The front light does not work any more
Can I book a repair in the workshop for Friday?
The gears do not shift since the service
A pedal came loose on my way to work
My battery does not charge, please have a look at it
The tyre loses air over night, can the workshop fix it?
Please check the brakes and the chain before my tour
The saddle is broken and cannot be fixed with a screw"""
BILLING = """\
I was charged twice for one invoice
Where can I find the invoice for my last purchase?
Please refund the money for the bike that I returned
The amount on the invoice is wrong
Can I pay by bank transfer?
My card was charged but the payment failed
When do I get my refund?
I need an invoice with the VAT number of my company
The discount code was not taken off the price
You charged me for a service that was free
Is it possible to pay in three instalments?
My refund is lower than the price that I paid
The payment with my credit card was declined"""


class Triage(BaseModel):
    queue: Literal["delivery", "repair", "billing", "legal"]
    reply: str


class Queue(StrEnum):
    DELIVERY = "delivery"
    BILLING = "billing"


class Detailed(BaseModel):
    queue: Queue | None
    late: bool
    reply: str


def examples() -> list[Example]:
    return [
        Example(text=text, labels={"queue": queue})
        for queue, texts in (("delivery", DELIVERY), ("repair", REPAIR), ("billing", BILLING))
        for text in texts.splitlines()
    ]


def reply(chosen: Mapping[str, str]) -> str:
    return f"Thank you. Our {chosen['queue']} team will write to you."


def question(
    text: str,
    output: type[BaseModel] = Triage,
    templates: Mapping[str, Callable[[Mapping[str, str]], str]] | None = None,
) -> Question:
    return Question(
        workflow="support-triage",
        output=output,
        prompt=None,
        data={"text": text},
        text=text,
        templates={"reply": reply} if templates is None else templates,
    )


def confidence(answer: Answer, field: str = "queue") -> float:
    number = answer.confidence[field]
    assert isinstance(number, float)
    return number


UNSEEN = {
    "My parcel has not been delivered, where is the courier?": "delivery",
    "When will my order be shipped?": "delivery",
    "The brakes and the gears of my bike need a repair": "repair",
    "My chain is broken, can the workshop fix it?": "repair",
    "I want a refund, I was charged twice": "billing",
    "The invoice for my payment is wrong": "billing",
}


@pytest.fixture(scope="module")
def model() -> LocalModel:
    return LocalModel.train(examples(), Triage)


class TestItLearns:
    def test_texts_that_it_never_saw_get_the_right_value(self, model: Model) -> None:
        answers = {text: model.answer(question(text)) for text in UNSEEN}
        assert {text: (answer.values or {})["queue"] for text, answer in answers.items()} == UNSEEN

    def test_an_answer_costs_nothing_and_names_the_model(self, model: LocalModel) -> None:
        answer = model.answer(question("Where is my parcel?"))
        assert (answer.cost, answer.usage, answer.problem) == (Decimal(0), Usage(), None)
        assert answer.model == model.name
        family, _, digits = model.name.partition("/")
        assert family == "local"
        assert len(digits) == 8
        assert int(digits, 16) >= 0

    def test_the_next_best_values_come_in_order_and_all_probabilities_add_up_to_one(self, model: Model) -> None:
        for text in [*UNSEEN, "Bonjour", ""]:
            answer = model.answer(question(text))
            first, second = answer.alternatives["queue"]
            assert 1 >= confidence(answer) >= first.probability >= second.probability >= 0
            assert confidence(answer) + first.probability + second.probability == pytest.approx(1)
            assert {(answer.values or {})["queue"], first.value, second.value} == {"delivery", "repair", "billing"}

    def test_the_reason_names_the_words_that_spoke_for_the_choice(self, model: Model) -> None:
        reason = model.answer(question("Hello there, I want a refund")).reasons[0]
        assert reason.startswith("queue: “")
        assert "refund" in reason
        assert reason.endswith("spoke most for billing")

    def test_a_reason_stays_short_whatever_the_case_and_the_examples_are_made_of(self) -> None:
        endless = "refund" * 100
        strange = [Example(text=f"{endless} \ud800\x00 {n}", labels={"queue": "billing"}) for n in range(3)]
        reasons = LocalModel.train([*examples(), *strange], Triage).answer(question(endless)).reasons
        assert "refundrefund" in reasons[0]
        assert len(reasons[0]) < 200

    def test_a_bool_an_enumeration_and_an_optional_choice_are_learned_too(self) -> None:
        late = {"queue": "delivery", "late": "true"}
        paid = {"queue": "billing", "late": "false"}
        taught = [Example(text=text, labels=late) for text in DELIVERY.splitlines()]
        taught += [Example(text=text, labels=paid) for text in BILLING.splitlines()]
        text = "My parcel has not arrived, where is the courier?"
        answer = LocalModel.train(taught, Detailed).answer(question(text, Detailed))
        assert answer.values is not None
        assert answer.values["late"] is True
        assert Detailed.model_validate(answer.values).queue is Queue.DELIVERY
        assert len(answer.alternatives["late"]) == 1

    def test_a_value_with_one_example_is_learned_beside_the_others(self, model: LocalModel) -> None:
        lawsuit = Example(text="My solicitor will sue your company", labels={"queue": "legal"})
        local = LocalModel.train([*examples(), lawsuit], Triage)
        values = local.answer(question("I will sue your company, says my solicitor")).values or {}
        assert values["queue"] == "legal"
        assert local.report.fields["queue"].without_examples == ()
        assert local.report.fields["queue"].accuracy > 0.5
        assert local.name != model.name


class TestItIsDeterministic:
    def test_the_order_of_the_examples_makes_no_difference(self, model: LocalModel) -> None:
        for seed in range(2):
            shuffled = examples()
            random.Random(seed).shuffle(shuffled)
            other = LocalModel.train(shuffled, Triage)
            assert (other.name, other.report) == (model.name, model.report)
            assert [other.answer(question(text)) for text in UNSEEN] == [
                model.answer(question(text)) for text in UNSEEN
            ]

    def test_classifiers_learned_at_once_do_not_disturb_each_other(self) -> None:
        lesson = Lesson(
            groups=np.arange(300),
            counts=random_array((300, 3000), density=0.02, rng=np.random.default_rng(1), format="csr"),
            phrases=1000,
            targets=np.arange(300) % 8,
            values=8,
        )
        alone = learn(lesson)
        with ThreadPoolExecutor(4) as threads:
            others = list(threads.map(learn, [lesson] * 8))
        assert all((other.weights == alone.weights).all() for other in others)

    def test_threads_that_ask_at_once_get_what_one_alone_gets(self, model: Model) -> None:
        texts = [*UNSEEN, *DELIVERY.splitlines(), "Guten Tag", ""] * 3
        alone = [model.answer(question(text)) for text in texts]
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda text: model.answer(question(text)), texts)) == alone


class TestTheReportIsHonest:
    def test_it_says_what_was_learned_and_what_never_will_be_chosen(self, model: LocalModel) -> None:
        assert model.report.examples == 39
        learned = model.report.fields["queue"]
        assert (learned.examples, learned.held_out) == (39, 39)
        assert learned.values == ("billing", "delivery", "repair")
        assert learned.without_examples == ("legal",)
        for share in (learned.accuracy, learned.calibration_error):
            assert 0 <= share <= 1
        assert learned.accuracy > 0.6
        assert 0 < model.report.usual_similarity < 1
        assert 0 < model.report.usual_known < 1

    def test_labels_by_chance_are_reported_as_chance_although_the_model_knows_them_by_heart(self) -> None:
        """So the accuracy comes from no example that was trained on, nor from a copy of one."""
        chance = random.Random(7)
        word = ["".join(chance.choices(["ba", "do", "ki", "lu", "me", "no", "pa", "ri"], k=4)) for _ in range(160)]
        queues = chance.choices(["delivery", "repair", "billing"], k=80)
        taught = [
            Example(text=f"{one} {two}", labels={"queue": queue})
            for one, two, queue in zip(word[::2], word[1::2], queues, strict=True)
        ]
        local = LocalModel.train(taught * 3, Triage)
        by_heart = [(local.answer(question(one.text)).values or {})["queue"] == one.labels["queue"] for one in taught]
        assert sum(by_heart) / len(by_heart) > 0.9
        assert local.report.fields["queue"].accuracy < 0.5
        assert local.report.fields["queue"].calibration_error < 0.25
        assert confidence(local.answer(question("bakimeno loparido"))) < 0.5

    def test_examples_left_out_are_judged_as_if_their_words_had_never_been_seen(self) -> None:
        """All are counted once; to leave some out then has to come to the same as never to have had them."""
        texts = np.array([one.text for one in examples()], dtype=object)
        seen = np.arange(len(texts)) % 3 > 0
        targets = np.repeat([0, 1, 2], 13)
        everything, part = Vocabulary.learn(texts), Vocabulary.learn(texts[seen])
        lesson = Lesson(
            groups=np.arange(len(texts)),
            counts=everything.count(*texts),
            phrases=len(everything.phrases),
            targets=targets,
            values=3,
        )
        never_had = replace(lesson.only(seen), counts=part.count(*texts[seen]), phrases=len(part.phrases))
        left_out, never = learn(lesson.only(seen)), learn(never_had)
        assert len(part.phrases) < len(everything.phrases)
        for text in texts[~seen]:
            assert left_out.probabilities(everything.count(text)) == pytest.approx(
                never.probabilities(part.count(text))
            )

    def test_texts_that_are_alike_are_one_group_where_there_are_some_hundred_examples(self) -> None:
        """With fewer, only equal texts are: a group is often all that a value has."""
        several = [f"{word}{n} {word}{n + 1} and then" for word in ("kettle", "toaster") for n in range(0, 500, 2)]
        texts = np.array([*(f"{text} {end}" for text in several for end in ("late", "LATE", "lost"))], dtype=object)
        for some, together in ((texts[:300], [0, 1]), (texts, [0, 1, 2])):
            vocabulary = Vocabulary.learn(some)
            groups = alike(some, vocabulary.count(*some), phrases=len(vocabulary.phrases))
            assert [place for place in range(3) if groups[place] == groups[0]] == together

    def test_texts_are_counted_as_scikit_learn_counts_them(self) -> None:
        texts = [*(one.text for one in examples()), "", "a", "Zwölf Größen — ２ parcels,\n parcels!"]
        vocabulary = Vocabulary.learn(texts)
        words, letters = CountVectorizer(ngram_range=WORDS), CountVectorizer(analyzer="char_wb", ngram_range=LETTERS)
        expected = hstack([words.fit_transform(texts), letters.fit_transform(texts)])
        assert vocabulary.phrases == tuple(words.get_feature_names_out())
        assert (vocabulary.count(*texts) != expected).nnz == 0
        assert (vocabulary.count(texts[0]) != vocabulary.count(*texts)[[0]]).nnz == 0

    def test_a_value_without_an_example_counts_as_a_clear_no(self) -> None:
        """So a fold that lacks the only example of a value neither gives the value away nor fails."""
        texts = np.array([one.text for one in examples()], dtype=object)
        vocabulary = Vocabulary.learn(texts)
        counts = vocabulary.count(*texts)
        targets = np.repeat([0, 2], [13, 26])
        groups = np.arange(len(texts))
        lesson = Lesson(groups=groups, counts=counts, phrases=len(vocabulary.phrases), targets=targets, values=3)
        assert set(learn(lesson).scores(counts)[:, 1]) == {-1.0}

    def test_few_examples_that_are_easily_told_apart_are_no_reason_to_be_certain(self) -> None:
        taught = [Example(text=f"parcel late number {n}", labels={"queue": "delivery"}) for n in range(10)]
        taught += [Example(text=f"brakes squeal since {n} days", labels={"queue": "repair"}) for n in range(10)]
        local = LocalModel.train(taught, Triage)
        assert local.report.fields["queue"].accuracy == 1
        assert 0.9 < confidence(local.answer(question("brakes squeal since 99 days"))) < 0.99

    def test_the_calibration_error_is_the_gap_between_confidence_and_truth(self) -> None:
        always_nine_tenths = np.full(10, 0.9)
        assert calibration_error(always_nine_tenths, np.array([True] * 9 + [False])) == pytest.approx(0)
        assert calibration_error(always_nine_tenths, np.zeros(10, dtype=bool)) == pytest.approx(0.9)
        assert calibration_error(np.array([1.0, 0.0]), np.array([False, True])) == pytest.approx(1)


class TestWhatItCannotChoose:
    def test_free_text_comes_from_the_template_and_the_answer_says_so(self, model: Model) -> None:
        answer = model.answer(question("Where is my parcel?"))
        assert answer.values == {"queue": "delivery", "reply": "Thank you. Our delivery team will write to you."}
        assert "reply: from the workflow's template, not written by a model" in answer.reasons

    def test_a_template_is_as_sure_as_the_least_sure_choice(self) -> None:
        class Two(Triage):
            level: Literal[1, 2]

        taught = [
            Example(text=one.text, labels={**one.labels, "level": str(1 + number % 2)})
            for number, one in enumerate(examples())
        ]
        answer = LocalModel.train(taught, Two).answer(question("Where is my parcel?", Two))
        assert (answer.values or {})["level"] in (1, 2)
        assert confidence(answer, "level") != confidence(answer, "queue")
        assert confidence(answer, "reply") == min(confidence(answer, "queue"), confidence(answer, "level"))

    def test_a_choice_that_no_example_labels_comes_from_its_template(self, model: Model) -> None:
        class WithTone(Triage):
            tone: Literal["warm", "plain"]

        answer = model.answer(question("Where is it?", WithTone, {"reply": reply, "tone": lambda chosen: "plain"}))
        assert (answer.values or {})["tone"] == "plain"
        assert "tone: from the workflow's template, not written by a model" in answer.reasons

    def test_a_choice_that_was_learned_is_not_taken_from_a_template(self, model: Model) -> None:
        answer = model.answer(question("Where is my parcel?", templates={"reply": reply, "queue": lambda _: "legal"}))
        assert (answer.values or {})["queue"] == "delivery"

    def test_a_field_with_a_default_is_left_to_it_and_has_no_confidence(self, model: Model) -> None:
        class WithNote(Triage):
            note: str = ""

        answer = model.answer(question("Where is my parcel?", WithNote))
        assert set(answer.values or {}) == set(answer.confidence) == {"queue", "reply"}
        assert "note: left at its default" in answer.reasons

    def test_a_field_that_nothing_fills_means_no_answer_and_says_what_to_do(self, model: Model) -> None:
        answer = model.answer(question("Where is my parcel?", templates={}))
        assert answer.values is None
        assert answer.problem == (
            "the local model chooses and does not write, so it has no value for Reply:"
            " give a template, a default or, for a choice, labelled examples"
        )

    def test_an_output_without_a_learned_field_means_no_answer(self, model: Model) -> None:
        class Other(BaseModel):
            reply: str

        answer = model.answer(question("Where is my parcel?", Other))
        assert answer.values is None
        assert answer.problem == "the local model learned queue, which Other lacks"


class TestUnfamiliarTexts:
    @pytest.mark.parametrize("text", UNSEEN)
    def test_what_resembles_the_examples_is_familiar(self, model: Model, text: str) -> None:
        assert model.answer(question(text)).unfamiliar is None

    @pytest.mark.parametrize(
        "text",
        [
            "Wo ist mein Fahrrad? Es sollte am Montag ankommen.",
            "¿Cuándo llega mi bicicleta? El paquete no ha llegado todavía.",
            "Mon vélo n'est toujours pas arrivé, quand sera-t-il livré ?",
            "Onde está a minha bicicleta? Ainda não chegou.",
            "Когда придёт мой велосипед?",
            "自転車はいつ届きますか",
            "sdkjfh wkejrh qwpoei zxmcnb",
            "We are a leading supplier of LED lamps and offer wholesale prices from 500 pieces",
            "Dear Sir, I hereby apply as an accountant. Please find attached my CV and references",
        ],
    )
    def test_another_language_noise_and_another_business_are_not(self, model: Model, text: str) -> None:
        doubt = model.answer(question(text)).unfamiliar
        assert doubt is not None
        assert "the 39 examples" in doubt

    @pytest.mark.parametrize("text", ["", " \n", "???", ".", "😀🚲", "\x00\x01", "\ud800", "1"])
    def test_a_text_without_words_is_not(self, model: Model, text: str) -> None:
        assert model.answer(question(text)).unfamiliar == "it has no words to compare"

    def test_the_sentence_compares_with_what_is_usual(self, model: LocalModel) -> None:
        usual = f"{int(model.report.usual_similarity * 100) / 100:.2f}"
        assert model.answer(question("Когда придёт посылка")).unfamiliar == (
            f"it is unlike the 39 examples: the closest resembles it 0.00, usual is more than {usual}"
        )

    def test_one_known_word_does_not_make_a_foreign_sentence_familiar(self, model: Model) -> None:
        assert model.answer(question("refund")).unfamiliar is None
        assert model.answer(question("Ich hätte gerne endlich meinen refund auf das Konto")).unfamiliar is not None

    def test_a_list_that_holds_everything_twice_expects_no_exact_copies(self) -> None:
        twice = LocalModel.train(examples() * 2, Triage)
        assert [text for text in UNSEEN if twice.answer(question(text)).unfamiliar is not None] == []


class TestWhatCannotBeLearned:
    @pytest.mark.parametrize(
        ("taught", "message"),
        [
            ([], r"give at least 10 examples with a text and the right value of queue$"),
            (examples()[:9], r"queue is labelled on 9 different texts: label at least 10"),
            (examples()[:3] * 20, r"queue is labelled on 3 different texts"),
            (examples()[:13], r"queue is 'delivery' in every example: add examples of another value"),
            ([Example(text="???", labels={"queue": "repair"})] * 40, r"there is nothing to learn Triage from"),
            ([Example(text="A parcel", labels={"reply": "Hi"})] * 40, r"there is nothing to learn Triage from"),
            (
                [*examples(), Example(text="x", labels={"queue": "bills"})],
                r"example 40: 'bills' is not a value of queue: use",
            ),
            (
                [*examples(), Example(text="x", labels={"queu": "repair"})],
                r"example 40 labels 'queu', which is not a field",
            ),
        ],
    )
    def test_the_error_says_what_to_do(self, taught: Sequence[Example], message: str) -> None:
        with pytest.raises(CannotLearn, match=message) as error:
            LocalModel.train(taught, Triage)
        assert isinstance(error.value, ModelError)

    def test_an_output_without_a_choice(self) -> None:
        class Text(BaseModel):
            reply: str

        with pytest.raises(CannotLearn, match="Text has no field with a choice"):
            LocalModel.train(examples(), Text)

    def test_examples_without_a_word_are_left_out_and_do_no_harm(self, model: LocalModel) -> None:
        wordless = [Example(text=text, labels={"queue": "repair"}) for text in ("", "?", "\x00", "\ud800")]
        assert LocalModel.train([*examples(), *wordless], Triage).report == model.report


SECONDS_OF_WORK = 20.0
"""Of a processor, for a text that takes a good part of one; one that is worked on without limits takes minutes."""


class TestAnyText:
    # One hundred kilobytes each: a long word, many words, and marks that take minutes to bring into a normal form.
    @given(text=st.text(st.characters(exclude_categories=())))
    @example(text="x" * 100_000)
    @example(text="".join(f"w{n} " for n in range(15_000)))
    @example(text="refund " * 14_000)
    @example(text="a" + "\u0301\u0323" * 50_000)
    @example(text="\ufdfa" * 33_000)
    @settings(max_examples=60, deadline=None)
    def test_gets_an_answer_in_bounds_and_in_time(self, model: LocalModel, text: str) -> None:
        started = time.thread_time()
        answer = model.answer(question(text))
        assert time.thread_time() - started < SECONDS_OF_WORK
        assert answer.problem is None
        numbers = [confidence(answer), confidence(answer, "reply")]
        numbers += [other.probability for other in answer.alternatives["queue"]]
        assert all(0 <= number <= 1 for number in numbers)
        assert all(len(reason.encode()) < 300 for reason in answer.reasons)


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


class TestLoading:
    def test_importing_it_loads_no_scikit_learn(self) -> None:
        program = (
            "import sys, workflows.model.local.local_model; print({'sklearn', 'scipy', 'numpy'} & set(sys.modules))"
        )
        assert run(program).strip() == "set()"

    def test_without_scikit_learn_the_error_says_what_to_install(self) -> None:
        program = """
import sys
sys.modules["sklearn"] = None
from typing import Literal
from pydantic import BaseModel
from store.db import extras
from workflows.model.local.local_model import CannotLearn, Example, LocalModel
class Triage(BaseModel):
    queue: Literal["a", "b"]
try:
    LocalModel.train([Example(text=f"text {n}", labels={"queue": "ab"[n % 2]}) for n in range(20)], Triage)
except CannotLearn as error:
    print(error)
"""
        assert extras.advice("local") in run(program)
