"""Size and seed of the chaos tests: a short version in the suite, a long one by `make chaos`."""

import os

import pytest

LONG = os.environ.get("CHAOS") == "long"
"""True for `make chaos`."""
SEED = int(os.environ.get("CHAOS_SEED", "20261120"))
"""Seed of all random choices. A failed run names it, and CHAOS_SEED replays it."""
TALLY = os.environ.get("CHAOS_TALLY")
"""File that each count is written to, where a table is wanted."""

long_only = pytest.mark.skipif(not LONG, reason="takes a while: make chaos")
