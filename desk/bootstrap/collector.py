"""The interpreter's collector, kept from looking through everything that lives as long as the desk does."""

import gc

_YOUNG = 5_000
"""Allocations between two looks at the youngest: a desk makes many objects that are gone at once."""

SETTLES_AFTER_S = 3.0
"""By then desk and screen stand, and little has been traded."""


def settle_collector() -> None:
    """Look through everything once, and from then on only at what comes after.

    A full look at a desk takes over 100 ms, in which no thread of the process runs.
    """
    gc.collect()
    begin_collecting()


def begin_collecting() -> None:
    """Look at nothing that is there by now, only at what comes after."""
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
    gc.enable()
