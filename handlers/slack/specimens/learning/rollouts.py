"""News of versions: live, worse, still watched, rolled back."""

from dataclasses import replace

from handlers.slack.specimens.reviews import PEOPLE
from workflows.quality.rollouts.views import News, RolloutNote

_NOTE = RolloutNote(
    news=News.LIVE,
    workflow="support-triage",
    owner=PEOPLE[0],
    number=7,
    is_shared=False,
    pairs=214,
    only_new_wrong=3,
    only_live_wrong=9,
)
_CASES = [1017, 1023, 1040, 1041, 1052, 1077, 1101, 1102, 1113, 1120, 1131, 1140]
_ABOVE = replace(
    _NOTE,
    news=News.ROLLED_BACK,
    what="edits",
    found=12,
    of=61,
    promised=0.05,
    again=6,
    cost=14,
    cases=_CASES,
)
_OTHERWISE = replace(
    _NOTE,
    news=News.ANSWERS_OTHERWISE,
    pairs=None,
    since="2026-11-12",
    probes=10,
    changed=4,
    lost=3,
    models=["claude-haiku-5-5"],
    models_before=["claude-haiku-5-5"],
)

NOTES = {
    "live": _NOTE,
    "worse": replace(_NOTE, news=News.WORSE, only_new_wrong=12, only_live_wrong=1, cost=12, cases=_CASES),
    "worse, for a share": replace(_NOTE, news=News.WORSE, is_shared=True, only_new_wrong=2, cost=2, cases=_CASES[:2]),
    "still watched": replace(_NOTE, news=News.CANT_TELL, pairs=38, only_new_wrong=3, only_live_wrong=2, days=14),
    "rolled back": _ABOVE,
    "answers otherwise": _OTHERWISE,
    "another model answers": replace(_OTHERWISE, changed=0, lost=0, models=["claude-haiku-5-6"]),
    "no way back": replace(_ABOVE, news=News.NO_WAY_BACK, what="garbage", again=None, number=1),
}
"""Name -> the news."""
