"""What holds for every test: none fails because the machine is slow, or for how another test rounds."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Underflow, getcontext

import pytest
from hypothesis import HealthCheck, settings

from tests.builders.examples import FACTOR, examples

# A gate answers the same twice: `make test` tries the same examples every time, `make soak` seeks new ones.
settings.register_profile(
    "any machine",
    parent=settings(),
    deadline=None,
    derandomize=FACTOR == 1,
    max_examples=examples(100),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def _rounding() -> Iterator[None]:
    """Take back what a bare ccxt client does to the thread's arithmetic; the desk's own clients do not."""
    yield
    getcontext().rounding = ROUND_HALF_EVEN
    getcontext().traps[Underflow] = False
