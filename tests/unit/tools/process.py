"""Runs a line of Python in a process of its own, where nothing was imported before."""

import os
import subprocess
import sys


def in_another_process(code: str, **environment: str) -> str:
    """Return the output of the code."""
    finished = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return finished.stdout
