"""The tables of moves: from which state to which a row may go. Nothing moves outside them."""

from collections.abc import Mapping

from store.states import (
    AnnouncementState,
    DeliveryState,
    OutboxState,
    QuestionState,
    ReviewState,
    RunState,
    SpotCheckState,
)

_R, _V, _D, _O, _Q, _S = RunState, ReviewState, DeliveryState, OutboxState, QuestionState, SpotCheckState

RUN_MOVES: Mapping[RunState, frozenset[RunState]] = {
    _R.READY: frozenset({_R.RUNNING, _R.SUPERSEDED}),
    _R.RUNNING: frozenset(
        {
            _R.READY,  # its worker died
            _R.WAITING,
            _R.HOLDING,
            _R.DELIVERING,
            _R.CLOSED,
            _R.FAILED,
            _R.DOUBTFUL,
            _R.PARKED,
            _R.SUPERSEDED,
        }
    ),
    _R.WAITING: frozenset({_R.READY, _R.HOLDING, _R.SUPERSEDED}),  # HOLDING: its decision can be taken back
    _R.HOLDING: frozenset({_R.READY, _R.WAITING}),  # WAITING: its decision was taken back, or a person stopped it
    _R.DELIVERING: frozenset(
        {
            _R.READY,  # its worker died, and the target knows the key
            _R.HOLDING,  # the other system may take it later, or does not let us in
            _R.DELIVERED,
            _R.CLOSED,
            _R.FAILED,
            _R.DOUBTFUL,
            _R.PARKED,
        }
    ),
    _R.DELIVERED: frozenset(),
    _R.CLOSED: frozenset({_R.SUPERSEDED}),
    _R.FAILED: frozenset({_R.SUPERSEDED}),
    _R.DOUBTFUL: frozenset({_R.DELIVERED, _R.CLOSED, _R.FAILED}),
    _R.SUPERSEDED: frozenset(),
    _R.PARKED: frozenset({_R.SUPERSEDED}),
}

REVIEW_MOVES: Mapping[ReviewState, frozenset[ReviewState]] = {
    _V.OPEN: frozenset({_V.AWAITING_SECOND, _V.DECIDED, _V.ASKED, _V.SUPERSEDED, _V.EXPIRED}),
    _V.AWAITING_SECOND: frozenset({_V.OPEN, _V.DECIDED, _V.SUPERSEDED, _V.EXPIRED}),
    _V.DECIDED: frozenset({_V.OPEN}),
    _V.ASKED: frozenset(
        {
            _V.OPEN,  # the question was not sent, or not answered in time
            _V.SUPERSEDED,  # the answer came, or the case changed
        }
    ),
    _V.SUPERSEDED: frozenset(),
    _V.EXPIRED: frozenset({_V.SUPERSEDED}),
}

DELIVERY_MOVES: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    _D.INTENDED: frozenset({_D.WAITING, _D.ATTEMPTING}),
    _D.WAITING: frozenset(
        {
            _D.INTENDED,  # a person looks at the waiting delivery again
            _D.ATTEMPTING,
            _D.FAILED,  # its run stopped before the next attempt
        }
    ),
    _D.ATTEMPTING: frozenset(
        {
            _D.INTENDED,  # the other system did nothing, and its workflow is paused
            _D.WAITING,
            _D.ATTEMPTING,
            _D.APPLIED,
            _D.FAILED,
            _D.DOUBTFUL,
        }
    ),
    _D.APPLIED: frozenset(),
    _D.FAILED: frozenset({_D.INTENDED}),
    _D.DOUBTFUL: frozenset({_D.APPLIED, _D.FAILED}),
}

OUTBOX_MOVES: Mapping[OutboxState, frozenset[OutboxState]] = {
    _O.DUE: frozenset({_O.ATTEMPTING, _O.HELD, _O.SENT}),  # SENT: it is no longer needed, and was never shown
    _O.HELD: frozenset({_O.ATTEMPTING, _O.DUE, _O.SENT}),
    _O.ATTEMPTING: frozenset({_O.DUE, _O.SENT, _O.DEAD}),
    _O.SENT: frozenset({_O.DUE}),
    _O.DEAD: frozenset({_O.DUE}),
}

QUESTION_MOVES: Mapping[QuestionState, frozenset[QuestionState]] = {
    _Q.INTENDED: frozenset(
        {
            _Q.ATTEMPTING,
            _Q.SENT,  # the source is told by its own way, without an author's code
            _Q.FAILED,
            _Q.DOUBTFUL,
            _Q.ANSWERED,
        }
    ),
    _Q.ATTEMPTING: frozenset(
        {
            _Q.INTENDED,  # it is attempted again later
            _Q.ATTEMPTING,  # its worker died, and the target knows the key
            _Q.SENT,
            _Q.FAILED,
            _Q.DOUBTFUL,
            _Q.ANSWERED,
        }
    ),
    _Q.SENT: frozenset({_Q.ANSWERED}),
    _Q.FAILED: frozenset({_Q.ANSWERED}),  # whoever was asked may be reached in another way
    _Q.DOUBTFUL: frozenset({_Q.ANSWERED}),
    _Q.ANSWERED: frozenset(),
}

SPOT_CHECK_MOVES: Mapping[SpotCheckState, frozenset[SpotCheckState]] = {
    _S.OPEN: frozenset(
        {
            _S.ANSWERED,
            _S.DECIDED,  # the answers are equal
            _S.SUPERSEDED,
        }
    ),
    _S.ANSWERED: frozenset({_S.AWAITING_SECOND, _S.DECIDED, _S.SUPERSEDED}),
    _S.AWAITING_SECOND: frozenset({_S.DECIDED, _S.SUPERSEDED}),
    _S.DECIDED: frozenset(),
    _S.SUPERSEDED: frozenset(),
}

ANNOUNCEMENT_MOVES: Mapping[AnnouncementState, frozenset[AnnouncementState]] = {
    state: frozenset(set(AnnouncementState) - {state}) if state is AnnouncementState.OPEN else frozenset()
    for state in AnnouncementState
}
