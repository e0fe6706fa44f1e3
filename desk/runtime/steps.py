"""Work in steps: what takes milliseconds lets orders have their turn in between."""

import asyncio
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Row = TypeVar("Row")
Result = TypeVar("Result")

Steps = Generator[None, None, Result]
"""Yields wherever others may have their turn, and returns the result."""

_ROWS_AT_ONCE = 16
_REST_S = 0.001
"""An order takes many short turns of the loop: it must not find a step in each of them."""


def rows_in_steps(items: Iterable[Item], row_of: Callable[[Item], Row | None]) -> Steps[tuple[Row, ...]]:
    """Build a row of each item but for those that have none any more, a few at a time."""
    rows = []
    for number, item in enumerate(items, start=1):
        row = row_of(item)
        if row is not None:
            rows.append(row)
        if not number % _ROWS_AT_ONCE:
            yield
    return tuple(rows)


def all_at_once(steps: Steps[Result]) -> Result:
    """Run every step and return the result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


async def with_turns_between(steps: Steps[Result]) -> Result:
    """Run every step, the loop's other work between them, and return the result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        await asyncio.sleep(_REST_S)
