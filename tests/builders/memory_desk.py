"""The desk in memory is part of the kit that plugin authors use; our own tests use the same."""

from desk.testing.building import PERPETUAL, SPOT, START_MS, STRATEGY, instrument, position
from desk.testing.memory_desk import MemoryDesk

__all__ = ["PERPETUAL", "SPOT", "START_MS", "STRATEGY", "MemoryDesk", "instrument", "position"]
