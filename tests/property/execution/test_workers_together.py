"""Whatever several workers ask of one trade, on a whole desk: no rule between them is ever broken."""

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.bootstrap.settings import execution_settings
from desk.contracts.ids import DirectiveId
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide
from tests.builders.crowd import Voices, crowded
from tests.builders.examples import examples
from tests.builders.living_desk import LivingDesk
from tests.builders.together import broken_together

OWN = ("trail", "partials", "pyramid", "planner")
WORKERS = (*OWN, "limiter", "saver", "operator", "stranger")
SIZES = ("0.02", "0.05", "0.08", "0.12", "0.15")
PAUSES_MS = (0, 0, 0, 100, 700, 5_000)
Step = tuple[str, str, str, int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(WORKERS),
        st.sampled_from(("size", "size", "size", "stop", "both", "rest", "close")),
        st.sampled_from(SIZES),
        st.sampled_from(PAUSES_MS),
    ),
    min_size=2,
    max_size=10,
)


def stop_for(trade: Position, size: str) -> str:
    """Return a stop from 1.9 % to 0.6 % away, the nearer the larger the size."""
    return str(50_000 - trade.side.sign * (1_000 - Decimal(size) * 4_000))


def asks(desk: LivingDesk, trade: Position, step: Step) -> DirectiveId:
    worker, kind, size, _ = step
    voices = Voices(desk, "other" if worker == "stranger" else "swing")
    match kind:
        case "close":
            return voices.close(worker, trade)
        case "stop":
            return voices.stop(worker, trade, stop_for(trade, size))
        case "rest" if worker != "operator":
            return voices.rests(worker, trade, size)
        case "both":
            return voices.resize(worker, trade, size, stop=stop_for(trade, size))
        case _:
            return voices.resize(worker, trade, size)


@given(STEPS, st.sampled_from(OrderSide), st.sampled_from(("planner", "saver")))
@example([("pyramid", "size", "0.15", 100), ("partials", "size", "0.05", 0)], OrderSide.BUY, "planner")
@example([("partials", "both", "0.05", 0), ("pyramid", "both", "0.15", 0)], OrderSide.SELL, "planner")
@example([("pyramid", "rest", "0.15", 700), ("partials", "size", "0.05", 0)], OrderSide.BUY, "planner")
@example([("trail", "size", "0.12", 0), ("partials", "size", "0.02", 0)], OrderSide.BUY, "planner")
@settings(max_examples=examples(12))
def test_no_rule_between_workers_is_broken(steps: list[Step], side: OrderSide, owner: str) -> None:
    seen = list[LivingDesk]()

    async def script(desk: LivingDesk) -> None:
        seen.append(desk)
        trade = await Voices(desk).opened(owner, side)
        closes = []
        for step in steps:
            held = desk.ledger.position(trade.trade_id)
            assert held is not None
            flow = asks(desk, held, step)
            if step[1] == "close" and step[0] in {*OWN, "limiter", "operator"}:
                closes.append(flow)
            desk.tick("50000")
            await desk.pass_ms(step[3])
        await desk.settle(price="50000")
        await desk.pass_ms(25_000)
        desk.tick("50000")
        await desk.settle(price="50000")
        left = desk.ledger.position(trade.trade_id)
        assert left is not None
        assert not (closes and left.is_open), "a close gets through"
        assert left.is_protected

    with TemporaryDirectory() as folder:
        house = crowded(Path(folder), "risk.max_price_age_ms=600000")
        house.run(script)
    asked = execution_settings(house.configuration.platform, house.configuration.blueprints)
    (desk,) = seen
    assert broken_together(desk.entries, asked.risk.size_settling_ms, asked.categories) == []
