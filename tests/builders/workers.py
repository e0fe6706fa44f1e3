"""The bench for one worker is part of the kit that plugin authors use; our own tests use the same."""

from desk.testing.bench import Bench, BenchContext, CountingIds, Notebook, only_directive, stop_of
from desk.testing.building import bars

__all__ = ["Bench", "BenchContext", "CountingIds", "Notebook", "bars", "only_directive", "stop_of"]
