"""How much is tried, and from which seed: a short version in the suite, a long one by `make chaos`."""

import os

import pytest

LONG = os.environ.get("CHAOS") == "long"
"""Is this `make chaos`?"""
SEED = int(os.environ.get("CHAOS_SEED", "20261120"))
"""What chance begins with. A run that fails names it, and CHAOS_SEED replays it."""
TALLY = os.environ.get("CHAOS_TALLY")
"""The file in which each count is written down, where there is to be a table."""

long_only = pytest.mark.skipif(not LONG, reason="takes a while: make chaos")
