"""CPU time of a process is counted with all that it started."""

import os
import subprocess
import sys

from benchmarks.kit.process import cpu

BUSY = "import time\nwhile time.process_time() < 0.5: pass\n"


def test_a_child_s_time_counts_while_it_lives_and_after_it_ended() -> None:
    """A child works for half a second of a core, then ends and is waited for: the sum has it, and has it once."""
    before = cpu(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", BUSY + "import sys; print('done', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "done\n"
        assert cpu(child.pid) > 0.4
        while_it_lives = cpu(os.getpid()) - before
        child.communicate()
    after = cpu(os.getpid()) - before
    assert while_it_lives > 0.4
    assert while_it_lives <= after < while_it_lives + 0.4


def test_a_process_that_is_gone_has_used_nothing() -> None:
    """It is no error: measured processes end by themselves."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert cpu(ended.pid) == 0
