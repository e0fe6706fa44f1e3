"""A stream of prices that never brought any, and that nobody needs, is told and tightens nothing."""

from dataclasses import replace

from desk.contracts.connection import Connection, StreamCondition
from desk.contracts.states import DeskState
from desk.runtime.connection_watch import ConnectionLimits, ConnectionWatch, Trouble

HELD, ASKED = "BTC/USDT", "SOL/USDT"

REFUSED = StreamCondition(f"quotes {ASKED}", is_up=False, is_stale=False, symbols=(ASKED,))


def looking(*held: str) -> ConnectionWatch:
    """Build a watch of a desk that can do without all but `held`; a stream may be bad for 1 s."""
    limits = ConnectionLimits(max_stream_silence_ms=1_000, max_clock_skew_ms=1_000)
    return ConnectionWatch("paper", limits, lambda symbols: not set(held).isdisjoint(symbols))


def lasting(watch: ConnectionWatch, *streams: StreamCondition) -> tuple[Trouble, ...]:
    """Return what is wrong once streams were so for 2 s."""
    connection = Connection(streams=streams)
    watch.troubles(connection, 10_000)
    return watch.troubles(connection, 12_000)


def test_a_price_stream_that_never_was_is_told_and_tightens_nothing() -> None:
    (trouble,) = lasting(looking(HELD), REFUSED)
    assert trouble.state is DeskState.ACTIVE
    assert (
        trouble.text == f"the stream quotes {ASKED} of paper has been down for 2 s, and nothing is held there"
    )
    assert not trouble.is_broken_stream


def test_it_counts_where_something_is_held_or_it_carries_what_is_not_prices() -> None:
    account = replace(REFUSED, name="orders", symbols=())
    shared = replace(REFUSED, name=f"quotes {ASKED} and 1 more", symbols=(ASKED, HELD))
    found = lasting(looking(HELD), account, shared)
    assert [one.state for one in found] == [DeskState.REDUCING] * 2
    assert "held" not in found[0].text


def test_what_comes_to_be_held_is_a_trouble_of_its_own() -> None:
    held: list[str] = []
    limits = ConnectionLimits(max_stream_silence_ms=1_000, max_clock_skew_ms=1_000)
    watch = ConnectionWatch("paper", limits, lambda symbols: not set(held).isdisjoint(symbols))
    (before,) = lasting(watch, REFUSED)
    held.append(ASKED)
    (after,) = lasting(watch, REFUSED)
    assert (before.state, after.state) == (DeskState.ACTIVE, DeskState.REDUCING)
    assert before.key != after.key, "else its alarm would not be raised again"


def test_it_counts_once_it_brought_prices_and_also_after_a_reopening() -> None:
    watch = looking()
    watch.troubles(Connection(streams=(replace(REFUSED, is_up=True, silent_ms=10),)), 0)
    (trouble,) = lasting(watch, REFUSED)
    assert trouble.state is DeskState.REDUCING
    assert trouble.is_broken_stream


def test_that_it_looked_up_until_its_refusal_came_does_not_count() -> None:
    watch = looking()
    watch.troubles(Connection(streams=(replace(REFUSED, is_up=True),)), 0)
    (trouble,) = lasting(watch, REFUSED)
    assert trouble.state is DeskState.ACTIVE
    assert not trouble.is_broken_stream
