"""Tick to order sent with the intent durable first, beside the bare cost of one durable commit."""

import asyncio
import os
import sqlite3
import time
from pathlib import Path

import aiosqlite

from benchmarks.fixtures import configuration
from benchmarks.living import living
from benchmarks.measuring import Figure, p50_and_p99, percentile, tell
from desk.bootstrap.venue import paper_settings
from desk.config.configuration import Configuration

_ORDERS = 400
_WARM_UP = 50
_PREPARE = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE row (number, data)")
_PAGE = bytes(4096)


def measure(folder: Path) -> list[Figure]:
    """Measure an order, a commit and an overwritten page in turns, in microseconds."""
    tell(f"tick to order sent, {_ORDERS} orders with a durable intent each")
    state = folder / "latency"
    state.mkdir(parents=True, exist_ok=True)
    page = os.open(state / "page.bin", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        return asyncio.run(_measure(configuration(folder), state, page))
    finally:
        os.close(page)


async def _measure(configured: Configuration, state: Path, page: int) -> list[Figure]:
    orders: list[float] = []
    commits: list[float] = []
    overwrites: list[float] = []
    rows = aiosqlite.connect(state / "commits.sqlite3", isolation_level=None)
    async with living(configured, state, paper_settings(configured.platform)) as desk, rows as database:
        for statement in _PREPARE:
            await database.execute(statement)
        for number in range(_ORDERS):
            orders.append((await desk.order(number)).microseconds)
            commits.append(await _commit_us(database, number))
            overwrites.append(_overwrite_us(page))
    return _figures(orders[_WARM_UP:], commits[_WARM_UP:], overwrites[_WARM_UP:])


def _figures(sent: list[float], committed: list[float], synced: list[float]) -> list[Figure]:
    base = percentile(committed, 0.5)
    return [
        Figure("tick → order sent, intent durable (FULL): p50 / p99", p50_and_p99(sent), "µs"),
        Figure("one durable commit through aiosqlite: p50 / p99", p50_and_p99(committed), "µs, same disk"),
        Figure("one overwritten page with fdatasync: p50 / p99", p50_and_p99(synced), "µs, same disk"),
        Figure(
            "tick → order sent against one durable commit", f"{percentile(sent, 0.5) / base:.2f} times", "p50"
        ),
        Figure(
            "tick → order sent against one fdatasync",
            f"{percentile(sent, 0.5) / percentile(synced, 0.5):.2f} times",
            "p50; goal through aiosqlite at most 3 times and goal 1",
        ),
    ]


async def _commit_us(database: aiosqlite.Connection, number: int) -> float:
    """Commit one row in one hop to the connection's thread, as the journal does."""
    began_ns = time.perf_counter_ns()
    await database._execute(_commit, database._conn, number)  # type: ignore[no-untyped-call]  # noqa: SLF001
    return (time.perf_counter_ns() - began_ns) / 1000


def _commit(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO row VALUES (?, ?)", (number, "x" * 400))
    connection.execute("COMMIT")


def _overwrite_us(page: int) -> float:
    """Overwrite one page and make it durable."""
    began_ns = time.perf_counter_ns()
    os.pwrite(page, _PAGE, 0)
    os.fdatasync(page)
    return (time.perf_counter_ns() - began_ns) / 1000
