"""An order is absent only once no byte of it can arrive any more, counted from its last step."""

from decimal import Decimal
from pathlib import Path

from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.orders import Leg, OrderRequest, OrderStatus, OrderType
from desk.contracts.sides import OrderSide
from desk.execution import entries
from tests.builders.deaths import deaths_of, reborn
from tests.builders.desk import DeskHouse
from tests.builders.evidence import evidence
from tests.builders.living_desk import PERP, LivingDesk
from tests.simulation.scenarios import SCENARIOS

ORDER = "d0000000000000001"


def intend(desk: LivingDesk) -> None:
    request = OrderRequest(
        client_order_id=ORDER,
        execution_directive_id=desk.ids.new(ExecutionDirectiveId),
        leg=Leg.ENTRY,
        attempt=1,
        symbol=PERP,
        side=OrderSide.BUY,
        order_type=OrderType.MARKET,
        size_base=Decimal("0.01"),
    )
    entry = entries.order_intended(
        request, desk.ids.new(TradeId), desk.ids.new(DirectiveId), "tiny", ("USDT", Decimal(1)),
        desk.clock.now_ms(),
    )  # fmt: skip
    desk.desk.recorder.record(entry)


def status(desk: LivingDesk) -> OrderStatus:
    order = desk.ledger.order(ORDER)
    assert order is not None
    return order.status


async def ask_three_times(desk: LivingDesk) -> None:
    negatives = 0
    for _ in range(3):
        negatives = await desk.desk.core.parts.execution.resolver.ask(ORDER, negatives)


def test_a_send_after_the_first_question_starts_the_wait_anew(tmp_path: Path) -> None:
    async def sends_late(desk: LivingDesk) -> None:
        window_ms = desk.connector.capabilities.absence_proof_ms
        assert window_ms is not None
        intend(desk)
        await ask_three_times(desk)
        await desk.pass_ms(window_ms - 100)
        order = desk.ledger.order(ORDER)
        assert order is not None
        desk.desk.recorder.record(entries.order_sent(order, desk.clock.now_ms()))
        await desk.pass_ms(150)
        await ask_three_times(desk)
        assert status(desk) is OrderStatus.SENT
        await desk.pass_ms(window_ms)
        await ask_three_times(desk)
        assert status(desk) is OrderStatus.REJECTED

    DeskHouse(tmp_path, reconcile_every_ms=None).live(sends_late)


async def stands_still_for_3_s(desk: LivingDesk) -> None:
    for _ in range(30):
        desk.tick("50000")
        await desk.pass_ms(100)


def test_after_a_kill_an_order_that_never_left_delays_all_else_by_little_more_than_its_proof(
    tmp_path: Path,
) -> None:
    house = DeskHouse(tmp_path)
    with deaths_of(house) as deaths:
        house.live(SCENARIOS["close"])
    lost_legs: set[Leg] = set()
    for death in deaths[2:]:
        again = reborn(house, death, tmp_path / str(death.number))
        left = evidence(again.state)
        lost = {
            one.request.leg for one in left.ledger.live_orders() if one.client_order_id not in left.orders
        }
        if not lost:
            continue
        lost_legs |= lost
        again.live(stands_still_for_3_s)
        recovered = evidence(again.state).ledger
        assert recovered.open_flows() == ()
        assert [one for one in recovered.open_positions() if not one.is_protected] == []
    assert lost_legs == {Leg.ENTRY, Leg.STOP, Leg.TARGET, Leg.CLOSE}
