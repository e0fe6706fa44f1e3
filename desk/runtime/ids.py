"""Where ids come from: a walk over all 32-bit numbers, so that one run never gives out a number twice."""

import random
import secrets
from typing import Final

from desk.contracts.ports.time import Clock, IdKind

_BITS: Final = 32
_STRIDE: Final = 0x9E3779B1
"""Odd, so that the walk meets every number once; near 2^32 / golden ratio, so that neighbours look apart."""


class SteppingIds:
    """Give out ids from `offset` on."""

    def __init__(self, clock: Clock, offset: int) -> None:
        self._clock = clock
        self._number = offset

    def new(self, kind: type[IdKind]) -> IdKind:
        """Return a fresh id of `kind`, born now."""
        self._number = (self._number + _STRIDE) % (1 << _BITS)
        return kind.at(self._clock.now_ms(), self._number)


class SeededIds(SteppingIds):
    """Give out the same ids for the same seed and clock.

    A desk that starts again on its journal takes another seed, such as `f"{seed}|{number of runs}"`.
    """

    def __init__(self, clock: Clock, seed: int | str) -> None:
        super().__init__(clock, random.Random(seed).getrandbits(_BITS))


class SystemIds(SteppingIds):
    """Give out ids that start anywhere."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, secrets.randbits(_BITS))
