"""How many examples a property is tried with: few and the same in `make test`, many new ones in the soak."""

import os

FACTOR = int(os.environ.get("DESK_EXAMPLES", "1"))
"""Times the examples of `make test`; above one they are random."""


def examples(count: int) -> int:
    """Return how many to try where `make test` tries `count`."""
    return count * FACTOR
