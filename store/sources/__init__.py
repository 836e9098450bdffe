"""Sources of cases: their keys, the origins of cases, answered requests, cursors and follow-ups."""
