"""What lives as long as the desk is looked through once."""

import subprocess
import sys

_LOOK = """\
import gc
from desk.bootstrap.collector import settle_collector
gc.set_threshold(700, 10, 10)
kept = [[] for _ in range(1000)]
settle_collector()
print(gc.get_freeze_count() > 1000, len(gc.get_objects()) < 1000, gc.get_threshold()[0] > 700)
"""


def test_what_is_there_when_the_desk_stands_is_not_looked_through_again() -> None:
    told = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "True", "True"], told.stdout + told.stderr
