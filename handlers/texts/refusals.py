"""The reason for a refusal in words, from its code."""

from collections.abc import Mapping

from workflows.engine.review.views import WhyRefused

_WORDS: Mapping[str, str] = {
    WhyRefused.NO_RIGHT: "no right to it",
    WhyRefused.TOO_LATE: "too late, it had changed",
    WhyRefused.BEFORE_RESTORE: "shown before the database was restored",
    WhyRefused.UNKNOWN: "no such case, or no right to it",
    WhyRefused.BARRED: "a rule bars it",
    WhyRefused.TO_BE_CONFIRMED: "a rule has to be confirmed",
    WhyRefused.FORM_CHANGED: "the form had changed",
    WhyRefused.DELIVERED: "it is delivered already",
    WhyRefused.SAME_PERSON: "another person has to decide after them",
    WhyRefused.OWN_CASE: "they handed it in, or asked for it",
    WhyRefused.NOT_BLIND: "they knew what was delivered",
    WhyRefused.NOT_POSSIBLE: "not possible then",
}


def refusal_in_words(why: str) -> str:
    """Return the reason in words; the code where this version does not know it."""
    return _WORDS.get(why, why)
