"""A preview says what a trade would be, and leaves no trace of the question."""

from pathlib import Path
from typing import Any

import pytest

from desk.contracts.commands import Halt
from tests.builders.desk import PLATFORM
from tests.builders.execution import house
from tests.builders.living_desk import SPOT, LivingDesk
from tests.builders.operator import D, ticket, told

_SAME_TWICE = PLATFORM.replace("duplicate_window_ms: 0", "duplicate_window_ms: 60000")


def test_a_preview_shows_what_the_trade_then_is(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        order = ticket(notional_quote=None, risk_quote=D(300), take_profit_price=D(52000))
        seen = desk.desk.commands.preview(order)
        assert seen.is_approved, seen.reason
        assert (seen.size_base, seen.entry_price) == (D("0.299"), D("50000.1"))
        assert (seen.stop_price, seen.take_profit_price) == (D(49000), D(52000))
        assert seen.notional_quote == D("0.299") * D("50000.1")
        assert seen.risk_quote == D("0.299") * D("1000.1")
        assert seen.risk_fraction == seen.risk_quote / D(100_000)
        assert seen.reward_risk == D("1999.9") / D("1000.1")
        assert seen.fees_quote == D("0.299") * (D("50000.1") + D(49000)) * D("0.0005")
        await told(desk, order)
        assert desk.positions[0].size_base == seen.size_base

    house(tmp_path).run(script)


def test_a_waiting_limit_pays_the_makers_fee_on_its_way_in(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        waits = desk.desk.commands.preview(ticket(limit_price=D(49500)))
        crosses = desk.desk.commands.preview(ticket(limit_price=D(50100)))
        assert waits.size_base is not None
        assert waits.fees_quote == waits.size_base * (D(49500) * D("0.0002") + D(49000) * D("0.0005"))
        assert crosses.size_base is not None
        assert crosses.fees_quote == crosses.size_base * (D(50100) + D(49000)) * D("0.0005")

    house(tmp_path).run(script)


def test_a_preview_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither in journal, flows and rates, nor in the ids that the desk goes on with."""

    async def asks(desk: LivingDesk) -> None:
        desk.tick("50000")
        for _ in range(5):
            desk.desk.commands.preview(ticket())
            desk.desk.commands.preview(ticket(notional_quote=D("NaN")))
            desk.desk.commands.preview(ticket(notional_quote=D(1)))
        await told(desk, ticket())
        assert desk.desk.planning.open_directives == 0

    async def asks_not(desk: LivingDesk) -> None:
        desk.tick("50000")
        await told(desk, ticket())

    hashes = [
        house(tmp_path / str(number), platform=_SAME_TWICE).run(script).journal_hash
        for number, script in enumerate((asks, asks_not))
    ]
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize(
    ("setting", "changes", "refused_by", "why"),
    [
        ("desk.id=other", {"notional_quote": D("NaN")}, "ticket", "give a number above 0"),
        ("desk.id=other", {"symbol": "X/Y"}, "ticket", "it trades BTC/USDT"),
        ("desk.id=other", {"notional_quote": D(1)}, "planning", "below the minimum"),
        ("risk.max_order_notional=1000", {}, "order notional", "over the limit of 1000"),
        ("risk.max_open_trades=1", {}, "open trades", "at most 1"),
        ("orchestration.plan_execution.enabled=false", {}, "orchestrator", "only watches"),
    ],
)
def test_a_preview_tells_who_would_refuse_and_why(
    tmp_path: Path, setting: str, changes: dict[str, Any], refused_by: str, why: str
) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        if "open_trades" in setting:
            await told(desk, ticket())
        seen = desk.desk.commands.preview(ticket(**changes))
        assert not seen.is_approved
        assert seen.refused_by == refused_by
        assert why in seen.reason

    house(tmp_path, setting).run(script)


def test_what_is_known_of_a_refused_trade_is_shown_all_the_same(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000", SPOT)
        seen = desk.desk.commands.preview(ticket(symbol=SPOT, notional_quote=D(150_000)))
        assert (seen.refused_by, seen.size_base) == ("planning", None)
        assert "are free" in seen.reason
        assert (seen.entry_price, seen.stop_price) == (D("50000.1"), D(49000))

    house(tmp_path).run(script)


def test_a_halted_desk_says_so_before_anything_is_sent(tmp_path: Path) -> None:
    async def script(desk: LivingDesk) -> None:
        desk.tick("50000")
        await told(desk, Halt())
        seen = desk.desk.commands.preview(ticket())
        assert (seen.refused_by, seen.size_base) == ("state", D("0.099"))

    house(tmp_path).run(script)
