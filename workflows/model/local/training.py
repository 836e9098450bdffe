"""Training of a linear classifier over words and letters, with a calibrated confidence: the way in which `local`
learns.

A support vector machine on TF-IDF is hard to beat on short texts, learns in seconds on a laptop and can name the words
that supported its choice. Its scores are no probabilities; a temperature turns them into probabilities (Guo et al., "On
Calibration of Modern Neural Networks", ICML 2017). Its quality is measured on examples that had no part in training.
Examples by one hand share turns of phrase. So those that are alike stand in training together or not at all: otherwise
it would be sure of what others write, too, and wrong more often than it says. docs/decisions/0090 has the figures.

Loads numpy, scipy and scikit-learn: import it where a model is trained, not at the top of a module.
"""

import threading
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array
from scipy.special import logsumexp
from sklearn.cluster import AgglomerativeClustering
from sklearn.svm import LinearSVC

from workflows.model.local.classifier import Classifier, Floats, Scale
from workflows.model.local.features import LETTERS, WORDS

Integers = NDArray[np.int64]
Texts = NDArray[np.object_]

_REGULARISATION = 1.0
_SEED = 0
_TEMPERATURE_FOLDS = 3
_HELD_OUT_FOLDS = 5
_ONE_FOLD_FROM = 2_000
"""Examples from which one fifth is enough to measure on. With fewer, each fifth takes its turn."""
_ALIKE = 5
"""Texts that are alike, at the mean of all groups."""
_ALIKE_FROM, _ALIKE_UP_TO = 500, 2_000
"""Numbers of examples between which texts that are alike are kept together. With fewer, a group is often all that a
value has; more cover what others write, and comparing them takes time that grows with the square of their number.
"""
_BINS = 15

ALGORITHM = (
    f"tf-idf of words {WORDS} and char_wb {LETTERS}; LinearSVC balanced C={_REGULARISATION} seed={_SEED}; "
    f"temperature over {_TEMPERATURE_FOLDS} folds, {_ALIKE} alike together from {_ALIKE_FROM} to {_ALIKE_UP_TO}; "
    f"scikit-learn {sklearn.__version__}"
)
"""The algorithm in words. With the examples, it decides how a model answers, so it is part of the model's name."""

# liblinear draws from one random generator for the whole process: two trainings at once would disturb each other.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """The examples of one field."""

    groups: Integers
    """The number of each text's group: texts that are alike."""
    counts: csr_array
    """One row for each text."""
    phrases: int
    """Number of columns for words and pairs of words."""
    targets: Integers
    """The number of each text's value."""
    values: int
    """Number of values, including those that no target has."""
    embedded: int = 0
    """Number of columns of an embedding, which are the last ones."""

    def only(self, which: NDArray[np.bool_]) -> Self:
        """Return the lesson with the marked examples only."""
        return replace(self, groups=self.groups[which], counts=self.counts[which], targets=self.targets[which])


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The quality of a classifier on examples that had no part in its training."""

    examples: int
    accuracy: float
    """Share of right choices, from 0 to 1."""
    calibration_error: float
    """Expected calibration error, from 0 to 1."""


def alike(texts: Texts, counts: csr_array, *, phrases: int, embedded: int = 0) -> Integers:
    """Return the number of each text's group. Equal texts are always in one, whatever their case and spaces.

    Groups are found by average linkage over the cosine of what a classifier sees.
    """
    bare = [" ".join(text.lower().split()) for text in texts]
    first = {text: place for place, text in reversed([*enumerate(bare)])}
    places = np.array([first[text] for text in bare], dtype=np.int64)
    different, groups = np.unique(places, return_inverse=True)
    if not _ALIKE_FROM <= len(different) <= _ALIKE_UP_TO:
        return groups
    rows = Scale.learn(counts, phrases=phrases, embedded=embedded).rows(counts)[different]
    parts = 3 if embedded else 2
    distances = np.clip(1 - (rows @ rows.T).toarray() / parts, 0, None)
    machine = AgglomerativeClustering(n_clusters=len(different) // _ALIKE, metric="precomputed", linkage="average")
    found: Integers = machine.fit_predict(distances)[groups]
    return found


def learn(lesson: Lesson) -> Classifier:
    """Train a classifier, with its temperature. Needs at least three different texts.

    The temperature is chosen by cross-validation, on scores for examples that the scoring classifiers had not seen, not
    even in their vocabulary. It is then used with a classifier that saw all examples.

    scikit-learn's `CalibratedClassifierCV(method="temperature")` is not used: it refuses a value with fewer examples
    than folds; by default it answers with the mean of as many classifiers as there are folds; its confidence grows
    without bound on few examples that are easy to separate; and it takes scores for probabilities where all scores of
    one call happen to be between 0 and 1 and to add up to 1, so that a text's confidence may depend on its neighbours.
    """
    scores = np.empty((len(lesson.targets), lesson.values))
    for unseen in _folds(lesson, _TEMPERATURE_FOLDS):
        scores[unseen] = _separate(lesson.only(~unseen)).scores(lesson.counts[unseen])
    return replace(_separate(lesson), sharpness=_sharpness(scores, lesson.targets))


def measure(lesson: Lesson) -> Measured:
    """Train without a fifth of the examples (vocabulary, boundaries, temperature), and measure on that fifth.

    Needs at least five different texts.
    """
    folds = _folds(lesson, _HELD_OUT_FOLDS)
    confidence: list[Floats] = []
    right: list[NDArray[np.bool_]] = []
    for unseen in folds if len(lesson.targets) < _ONE_FOLD_FROM else folds[:1]:
        probabilities = learn(lesson.only(~unseen)).probabilities(lesson.counts[unseen])
        confidence.append(probabilities.max(axis=1))
        right.append(probabilities.argmax(axis=1) == lesson.targets[unseen])
    return Measured(
        examples=sum(map(len, right)),
        accuracy=float(np.concatenate(right).mean()),
        calibration_error=calibration_error(np.concatenate(confidence), np.concatenate(right)),
    )


def calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error, from 0 to 1: the mean distance between confidence and the share that is
    right.

    After Guo et al. 2017: 15 bins of equal width over the confidence in the chosen value. With few examples it is too
    high rather than too low, because chance alone moves a bin with few examples away from its confidence.
    """
    bins = np.clip(np.ceil(confidence * _BINS).astype(np.int64) - 1, 0, _BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def _separate(lesson: Lesson) -> Classifier:
    """Train the boundaries, each value against the rest. A value without an example gets -1, a clear "not this"."""
    scale = Scale.learn(lesson.counts, phrases=lesson.phrases, embedded=lesson.embedded)
    weights = np.zeros((lesson.counts.shape[1], lesson.values), dtype=np.float32)
    bias = np.full(lesson.values, -1.0)
    present = np.unique(lesson.targets)
    if len(present) == 1:
        bias[present] = 1.0
        return Classifier(scale=scale, weights=weights, bias=bias)
    # Balanced: a rare value is worth as much as a frequent one, or all that is unclear would be the most frequent one.
    machine = LinearSVC(C=_REGULARISATION, class_weight="balanced", dual=True, random_state=_SEED)
    with _one_at_a_time:
        machine.fit(scale.rows(lesson.counts), lesson.targets)
    # For two values scikit-learn returns only the boundary of the second.
    sides = np.array([[-1.0], [1.0]]) if len(present) == 2 else np.ones((1, 1))
    weights[:, present] = (sides * machine.coef_).T
    bias[present] = sides[:, 0] * machine.intercept_
    return Classifier(scale=scale, weights=weights, bias=bias)


def _folds(lesson: Lesson, count: int) -> list[NDArray[np.bool_]]:
    """Deal the groups of examples into folds, each value evenly. A fold marks its examples.

    Within a value they are dealt in their given order.
    """
    last = {group: place for place, group in enumerate(lesson.groups)}
    order = sorted(last.values(), key=lambda place: (lesson.targets[place], place))
    dealt = {lesson.groups[place]: turn % count for turn, place in enumerate(order)}
    fold_of = np.array([dealt[group] for group in lesson.groups])
    return [fold_of == fold for fold in range(count)]


def _sharpness(scores: Floats, targets: Integers) -> float:
    """Return the inverse temperature under which the right values are most likely.

    The targets are smoothed by 1 / (n + 2) after Platt ("Probabilistic Outputs for Support Vector Machines", 1999):
    forty examples that are all separated are no reason to be certain.
    """
    doubt = 1 / (len(targets) + 2)
    of_right = scores[np.arange(len(targets)), targets]
    of_others = (scores.sum(axis=1) - of_right) / (scores.shape[1] - 1)
    wanted = ((1 - doubt) * of_right + doubt * of_others).mean()

    def loss(log_sharpness: float) -> float:
        sharpness = np.exp(log_sharpness)
        return float(logsumexp(sharpness * scores, axis=1).mean() - sharpness * wanted)

    return float(np.exp(minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded").x))
