"""Others' methods for the same cases: a fixed floor, one tuned to all labels so far, and two published methods."""

import warnings

import numpy as np
from mapie.risk_control import BinaryClassificationController

from benchmarks.autonomy.pools import Numbers, Pool
from benchmarks.autonomy.runs import SPOT_CHECKS, Drawn, Ended, World, draw, earned
from workflows.quality.autonomy.certifying.certifier import Floor, Promise, grid
from workflows.quality.autonomy.certifying.earning import Earning

FIXED = 0.8
"""The confidence that people guess."""
FEWEST = 200
"""Labels before a floor is tuned."""
EVERY = 50
"""Cases after which it is tuned again."""
CALIBRATED = 500
"""Labels that Learn-then-Test is given; everything after them goes by its one floor."""
_PROMISE = Promise()


def fixed(pool: Pool, seed: int) -> Ended:
    """Run a fixed floor from the first case on."""
    return _from(pool, draw(pool, World(), seed), FIXED, first=0)


def naive(pool: Pool, seed: int) -> Ended:
    """Run the control: the loosest floor above which no more of all labels so far are errors than promised."""
    drawn, ended = draw(pool, World(), seed), Ended()
    floor: float | None = None
    seen = np.zeros(len(drawn.scores), dtype=bool)
    for start in range(0, len(drawn.scores), EVERY):
        part = slice(start, start + EVERY)
        alone = drawn.scores[part] >= (floor if floor is not None else 2)
        seen[part] = ~alone | (drawn.draws[part] < SPOT_CHECKS)
        _count(ended, alone, drawn.errors[part], seen[part])
        if seen.sum() >= FEWEST:
            floor = _tuned(drawn.scores[seen], drawn.errors[seen])
            if floor is not None:
                ended.first = start + EVERY if ended.first is None else ended.first
                ended.worst = max(ended.worst, pool.wrong_from(floor))
    ended.is_broken = ended.worst > _PROMISE.wrong
    return ended


def learn_then_test(pool: Pool, seed: int) -> Ended:
    """Run Learn-then-Test (Angelopoulos et al. 2021) as MAPIE has it: once, on the first labels, floors in sequence."""
    drawn = draw(pool, World(), seed)
    floors = [floor.at for floor in grid(drawn.before.tolist(), _PROMISE)]
    controller = BinaryClassificationController(
        lambda scores: np.column_stack([1 - scores, scores]),
        risk="precision",
        target_level=1 - _PROMISE.wrong,
        confidence_level=_PROMISE.sure,
        list_predict_params=np.array(floors),
        fwer_method="fixed_sequence",
    )
    with warnings.catch_warnings():
        # That errors grow with every looser floor is what the method supposes; nobody can verify it.
        warnings.simplefilter("ignore", UserWarning)
        controller.calibrate(drawn.scores[:CALIBRATED], 1 - drawn.errors[:CALIBRATED].astype(int))
    shown = controller.valid_predict_params
    floor = min(float(one) for one in shown) if len(shown) else None
    return _from(pool, drawn, floor, first=CALIBRATED)


def selective_acting(pool: Pool, seed: int) -> Ended:
    """Run Conformal Selective Acting (arXiv 2605.20270): the same bets, the level divided evenly among the floors."""
    return earned(pool, seed, permits=_evenly)


def _evenly(earning: Earning) -> Floor | None:
    if earning.labels < earning.fewest:
        return None
    floors = earning.certifier.floors
    needed = len(floors) / (1 - earning.certifier.promise.sure)
    return next(
        (floor for floor, best in zip(floors[::-1], earning.certifier.best[::-1], strict=True) if best >= needed), None
    )


def _from(pool: Pool, drawn: Drawn, floor: float | None, *, first: int) -> Ended:
    alone = drawn.scores >= (floor if floor is not None else 2)
    alone[:first] = False
    ended = Ended()
    _count(ended, alone, drawn.errors, ~alone | (drawn.draws < SPOT_CHECKS))
    if floor is not None:
        ended.first, ended.worst = first, pool.wrong_from(floor)
    ended.is_broken = ended.worst > _PROMISE.wrong
    return ended


def _tuned(scores: Numbers, errors: Numbers) -> float | None:
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    shares = np.cumsum(errors[order]) / np.arange(1, len(order) + 1)
    # Cases of one score go together.
    kept = np.flatnonzero((shares <= _PROMISE.wrong) & np.append(ranked[1:] < ranked[:-1], True) & (ranked > 0))
    return float(ranked[kept[-1]]) if len(kept) else None


def _count(ended: Ended, alone: np.ndarray, errors: Numbers, looked: np.ndarray) -> None:
    ended.alone += int(alone.sum())
    ended.wrong += int(errors[alone].sum())
    ended.looks += int(looked.sum())
