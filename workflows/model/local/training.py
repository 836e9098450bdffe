"""A linear classifier over words and letters whose confidence can be taken at its word: how `local` learns.

A support vector machine on TF-IDF is hard to beat on short texts, learns in seconds on a laptop and can say which words
spoke for its choice. Its scores are no probabilities, so a temperature makes them such (Guo et al., "On Calibration of
Modern Neural Networks", ICML 2017). What is claimed of it is measured on examples that had no part in it.

Loads numpy, scipy and scikit-learn: import it where a model is trained, not at the top of a module.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array, hstack
from scipy.special import logsumexp, softmax
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.svm import LinearSVC

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Texts = NDArray[np.object_]

_WORDS = (1, 2)
_LETTERS = (2, 4)
_REGULARISATION = 1.0
_SEED = 0
_TEMPERATURE_FOLDS = 3
_HELD_OUT_FOLDS = 5
_ONE_FOLD_FROM = 2_000
"""Examples. From so many on one fifth is enough to measure on; of fewer, each fifth takes its turn."""
_BINS = 15

ALGORITHM = (
    f"tf-idf of words {_WORDS} and char_wb {_LETTERS}; LinearSVC C={_REGULARISATION} seed={_SEED}; "
    f"temperature over {_TEMPERATURE_FOLDS} folds; scikit-learn {sklearn.__version__}"
)
"""What, besides the examples, decides how a model answers: part of its name."""

# liblinear draws from one random generator for the whole process: two trainings at once would disturb each other.
_one_at_a_time = threading.Lock()


class Vocabulary:
    """Words, pairs of words, and sequences of letters inside words: what texts are counted by."""

    def __init__(self) -> None:
        # Accents are not folded: CPython normalises a long run of combining marks in quadratic time, 100 kB in seconds.
        self._words = CountVectorizer(ngram_range=_WORDS, dtype=np.float64)
        self._letters = CountVectorizer(analyzer="char_wb", ngram_range=_LETTERS, dtype=np.float64)
        self.phrases: tuple[str, ...] = ()
        """Words and pairs of words: the first columns of the counts."""

    def learn(self, texts: Texts) -> csr_array:
        """Take in the vocabulary of the texts, one of which has a word of two letters or more. Return their counts."""
        words, letters = self._words.fit_transform(texts), self._letters.fit_transform(texts)
        self.phrases = tuple(self._words.get_feature_names_out())
        return csr_array(hstack([words, letters], format="csr"))

    def count(self, text: str) -> csr_array:
        """Count one text, as one row. May be called from several threads."""
        return csr_array(hstack([self._words.transform([text]), self._letters.transform([text])], format="csr"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """The examples of one field."""

    texts: Texts
    counts: csr_array
    """One row for each text."""
    phrases: int
    """How many columns of the counts are words and pairs of words."""
    targets: Integers
    """The number of each text's value."""
    values: int
    """How many there are, those that no target has included."""

    def only(self, which: NDArray[np.bool_]) -> Self:
        """Keep the marked examples."""
        return replace(self, texts=self.texts[which], counts=self.counts[which], targets=self.targets[which])


@dataclass(frozen=True, kw_only=True, eq=False)
class Scale:
    """Turns counts into TF-IDF: how much a text is about something, and how few others are."""

    phrases: int
    """How many columns are words and pairs of words. They have a length of 1, and the sequences of letters have too."""
    idf: Floats
    """One for each column. 0 for what no example holds: a fold has to count as if it had never been seen."""

    @classmethod
    def learn(cls, lesson: Lesson) -> Self:
        """Weigh each column by how many texts hold it."""
        texts, columns = lesson.counts.shape
        holders = np.bincount(lesson.counts.indices, minlength=columns)
        return cls(phrases=lesson.phrases, idf=np.where(holders > 0, np.log((1 + texts) / (1 + holders)) + 1, 0.0))

    def rows(self, counts: csr_array) -> csr_array:
        """Scale counts, damped by their logarithm, to the two lengths of 1.

        So does scikit-learn's `TfidfVectorizer`. But it would count the texts of each fold anew, and its checks of one
        row take longer than all the rest of an answer.
        """
        data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        half = 2 * np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr)) + (counts.indices >= self.phrases)
        lengths = np.sqrt(np.bincount(half, weights=np.square(data), minlength=2 * counts.shape[0]))
        lengths[lengths == 0] = 1
        return csr_array((data / lengths[half], counts.indices, counts.indptr), shape=counts.shape)


@dataclass(frozen=True, kw_only=True, eq=False)
class Classifier:
    """One straight line between each value and all others, and one temperature."""

    scale: Scale
    weights: Floats
    """Columns x values."""
    bias: Floats
    """One for each value."""
    sharpness: float = 1.0
    """The inverse temperature that scores are multiplied with."""

    def scores(self, counts: csr_array) -> Floats:
        """Texts x values: above 0 for, below 0 against; a margin, no probability."""
        scores: Floats = self.scale.rows(counts) @ self.weights + self.bias
        return scores

    def probabilities(self, counts: csr_array) -> Floats:
        """Texts x values: from 0 to 1, for each text adding up to 1."""
        probabilities: Floats = softmax(self.sharpness * self.scores(counts), axis=1)
        return probabilities

    def loudest(self, counts: csr_array, value: int, phrases: Sequence[str], *, most: int) -> tuple[str, ...]:
        """Name the words and pairs of words in one text that speak most for a value, the loudest first.

        A phrase speaks with its TF-IDF times its weight in the line. One that holds, or is held by, a louder one is
        left out, and so is one that speaks against.
        """
        row = self.scale.rows(counts)
        worded = row.indices < len(phrases)
        columns = row.indices[worded]
        volume = row.data[worded] * self.weights[columns, value]
        loudest: list[str] = []
        for place in np.lexsort((columns, -volume)):
            phrase = phrases[columns[place]]
            if len(loudest) == most or volume[place] <= 0:
                break
            if not any(f" {phrase} " in f" {other} " or f" {other} " in f" {phrase} " for other in loudest):
                loudest.append(phrase)
        return tuple(loudest)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a classifier is worth on examples that had no part in it."""

    examples: int
    accuracy: float
    """Share that is right, from 0 to 1."""
    calibration_error: float
    """Expected calibration error, from 0 to 1."""


def learn(lesson: Lesson) -> Classifier:
    """Learn to tell values apart, and how sure to be. Takes three different texts at least.

    The temperature is chosen on scores for examples that were unseen, vocabulary included, by the classifiers that gave
    them (cross-validation); it then serves a classifier that saw all.

    scikit-learn's `CalibratedClassifierCV(method="temperature")` is not used: it refuses a value with fewer examples
    than folds; unless told otherwise it answers with the mean of as many classifiers as there are folds; it grows sure
    without bound on few examples that are easily told apart; and it takes scores for probabilities where all scores of
    one call happen to lie between 0 and 1 and to add up to 1, so that a text's confidence may depend on its neighbours.
    """
    scores = np.empty((len(lesson.targets), lesson.values))
    for unseen in _folds(lesson, _TEMPERATURE_FOLDS):
        scores[unseen] = _separate(lesson.only(~unseen)).scores(lesson.counts[unseen])
    return replace(_separate(lesson), sharpness=_sharpness(scores, lesson.targets))


def measure(lesson: Lesson) -> Measured:
    """Learn all anew without a fifth of the examples - vocabulary, lines, temperature - and try it on that fifth.

    Takes five different texts at least.
    """
    folds = _folds(lesson, _HELD_OUT_FOLDS)
    confidence: list[Floats] = []
    right: list[NDArray[np.bool_]] = []
    for unseen in folds if len(lesson.texts) < _ONE_FOLD_FROM else folds[:1]:
        probabilities = learn(lesson.only(~unseen)).probabilities(lesson.counts[unseen])
        confidence.append(probabilities.max(axis=1))
        right.append(probabilities.argmax(axis=1) == lesson.targets[unseen])
    return Measured(
        examples=sum(map(len, right)),
        accuracy=float(np.concatenate(right).mean()),
        calibration_error=calibration_error(np.concatenate(confidence), np.concatenate(right)),
    )


def calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Expected calibration error: how far, on average, confidence is from the share that is right. From 0 to 1.

    After Guo et al. 2017: 15 bins of equal width over the confidence in the chosen value. Of few examples it comes out
    too high rather than too low, since chance alone moves a thin bin away from its confidence.
    """
    bins = np.clip(np.ceil(confidence * _BINS).astype(np.int64) - 1, 0, _BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def _separate(lesson: Lesson) -> Classifier:
    """Draw the lines, each value against the rest. One that no example has gets the -1 of a perfect "not this"."""
    scale = Scale.learn(lesson)
    weights, bias = np.zeros((lesson.counts.shape[1], lesson.values)), np.full(lesson.values, -1.0)
    present = np.unique(lesson.targets)
    if len(present) == 1:
        bias[present] = 1.0
        return Classifier(scale=scale, weights=weights, bias=bias)
    machine = LinearSVC(C=_REGULARISATION, dual=True, random_state=_SEED)
    with _one_at_a_time:
        machine.fit(scale.rows(lesson.counts), lesson.targets)
    # Of two values scikit-learn draws the line of the second only.
    sides = np.array([[-1.0], [1.0]]) if len(present) == 2 else np.ones((1, 1))
    weights[:, present] = (sides * machine.coef_).T
    bias[present] = sides[:, 0] * machine.intercept_
    return Classifier(scale=scale, weights=weights, bias=bias)


def _folds(lesson: Lesson, count: int) -> list[NDArray[np.bool_]]:
    """Deal the examples out, each value evenly, equal texts together. A fold marks its examples.

    Within a value they are dealt in the order they come in.
    """
    alike = [" ".join(text.lower().split()) for text in lesson.texts]
    different = {text: place for place, text in enumerate(alike)}
    order = sorted(different.values(), key=lambda place: (lesson.targets[place], place))
    dealt = {alike[place]: turn % count for turn, place in enumerate(order)}
    fold_of = np.array([dealt[text] for text in alike])
    return [fold_of == fold for fold in range(count)]


def _sharpness(scores: Floats, targets: Integers) -> float:
    """Find the inverse temperature under which the right values are most likely.

    The targets are smoothed by 1 / (n + 2) after Platt ("Probabilistic Outputs for Support Vector Machines", 1999):
    that forty examples are all told apart is no reason to be certain.
    """
    doubt = 1 / (len(targets) + 2)
    of_right = scores[np.arange(len(targets)), targets]
    of_others = (scores.sum(axis=1) - of_right) / (scores.shape[1] - 1)
    wanted = ((1 - doubt) * of_right + doubt * of_others).mean()

    def loss(log_sharpness: float) -> float:
        sharpness = np.exp(log_sharpness)
        return float(logsumexp(sharpness * scores, axis=1).mean() - sharpness * wanted)

    return float(np.exp(minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded").x))
