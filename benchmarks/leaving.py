"""The emergency exit at an exchange, against the bound of its limits, beside the same work one by one."""

import asyncio
from pathlib import Path

from benchmarks.busy_exchange import Left, left_everything
from benchmarks.exchange import KEY, OTHER_KEY, started_exchange
from benchmarks.measuring import Figure, tell
from benchmarks.one_by_one import OneByOne, one_by_one
from tests.builders.sandbox import SandboxProcess

_POSITIONS = 50
_LATENCY_MS = 20
_RATES = (10, 50)
_BETWEEN_READINGS_S = 2


def measure(folder: Path) -> list[Figure]:
    """Leave 50 positions, each with its stop, at both limits: by the desk, then by bare ccxt."""
    figures: list[Figure] = []
    for rate in _RATES:
        tell(f"emergency exit of {_POSITIONS} positions, {_LATENCY_MS} ms, {rate} requests/s")
        figures += _at(folder / f"exit-{rate}", rate)
    return figures


def _at(folder: Path, rate: int) -> list[Figure]:
    symbols = tuple(f"C{number:02d}/USDT:USDT" for number in range(_POSITIONS))
    with started_exchange(folder, symbols, rate=rate, latency_ms=_LATENCY_MS) as exchange:
        left = asyncio.run(left_everything(folder, exchange.base_url, symbols))
        _check_flat(exchange, KEY)
        rival = asyncio.run(one_by_one(exchange, symbols, rate))
        _check_flat(exchange, OTHER_KEY)
    return _figures(rate, left, rival)


def _check_flat(exchange: SandboxProcess, key: str) -> None:
    truth = exchange.truth(key)
    if truth["positions"] or truth["open_orders"]:
        message = f"the account of {key} is not flat: a time until then means nothing"
        raise RuntimeError(message)


def _figures(rate: int, left: Left, rival: OneByOne) -> list[Figure]:
    bound_s = _bound_s(rate, left, rival.cpu_s_per_order)
    confirmed_bound_s = bound_s + _BETWEEN_READINGS_S
    what = f"emergency exit of {_POSITIONS}, {_LATENCY_MS} ms, {rate} requests/s"
    refused = f", refused {rival.refusals} times for the limit" if rival.refusals else ""
    return [
        Figure(
            f"{what}: every request answered",
            f"{left.answered_s:.2f} s",
            f"{left.answered_s / bound_s:.2f} times the bound of {bound_s:.2f} s; goal 1.10; "
            f"{left.closes} closes, {left.cancels} cancels, {left.rounds} rounds",
        ),
        Figure(
            f"{what}: confirmed {left.word}",
            f"{left.confirmed_s:.2f} s",
            f"{left.confirmed_s / confirmed_bound_s:.2f} times the bound with the "
            f"{_BETWEEN_READINGS_S} s between two readings, {confirmed_bound_s:.2f} s; aim 1.3",
        ),
        Figure(
            "the same, one after the other through bare ccxt with its limiter, unconfirmed",
            f"{rival.seconds:.2f} s",
            f"{rival.seconds / left.answered_s:.1f} times as long as ours{refused}; "
            f"an order takes ccxt {rival.cpu_s_per_order * 1000:.2f} ms of processor",
        ),
    ]


def _bound_s(rate: int, left: Left, cpu_s_per_order: float) -> float:
    """Return how long it must take: the venue's budget, or the processor's where that is scarcer.

    Closes and cancels have a budget each, of `rate` within any second, whole as the exit begins.
    """
    by_budget_s = max(0, max(left.closes, left.cancels) - rate) / rate
    by_processor_s = (left.closes + left.cancels) * cpu_s_per_order
    return max(by_budget_s, by_processor_s) + _LATENCY_MS / 1000
