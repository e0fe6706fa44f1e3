"""Whatever owner, market and other hands do, the account adds up to its executions."""

import random
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.codes import VenueRefusal
from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.private_writes import PrivateWrites
from connectors.sandbox.settings import SandboxSettings
from connectors.sandbox.usual import listings_of
from connectors.sandbox.venue import LocalVenue
from desk.contracts.sides import OrderSide
from tests.builders.venue import ManualClock, TaskSpawner

PERP = "BTC/USDT:USDT"
OPENING = Decimal(20_000)
_LINEAR = {"category": "linear", "symbol": "BTCUSDT"}

_KINDS = (
    *["price"] * 6, *["order"] * 6, *["trigger"] * 2, "cancel", "amend", "stops", "hand", "close", "funding",
    "leverage", "partial",
)  # fmt: skip


def _step(rng: random.Random) -> tuple[Any, ...]:
    """Draw what happens next; prices are factors of the last one, None is a price left out."""

    def move() -> Decimal:
        return Decimal(1000 + rng.randint(-60, 60)) / 1000

    def maybe() -> Decimal | None:
        return move() if rng.random() < 0.4 else None

    side, size = rng.choice(["Buy", "Sell"]), f"{Decimal(rng.randint(1, 400)) / 1000}"
    is_so, is_too, number = rng.random() < 0.3, rng.random() < 0.5, rng.randint(0, 50)
    details: dict[str, tuple[Any, ...]] = {
        "price": (move(),),
        "order": (side, size, maybe(), maybe(), maybe(), is_so, is_too),
        "trigger": (side, size, move(), maybe(), is_so),
        "cancel": (number,),
        "amend": (number, size, maybe()),
        "stops": (maybe(), maybe()),
        "hand": (side, size),
        "leverage": (max(number, 1),),
        "partial": (is_so,),
    }
    kind = rng.choice(_KINDS)
    return (kind, *details.get(kind, ()))


class Life:
    """One account through whatever happens."""

    def __init__(self) -> None:
        settings_ = SandboxSettings(opening_balances={"USDT": OPENING}, slippage=Decimal(0), wanders=False)
        clock = ManualClock()
        self.venue = LocalVenue(settings_, listings_of(()), {}, clock, TaskSpawner(), random.Random(1))
        self.writes = PrivateWrites(self.venue.market, self.venue.now_ms, self.venue.is_halted)
        self.account = self.venue.account()
        self.last = Decimal(50_000)

    def near(self, factor: Decimal | None) -> str | None:
        if factor is None:
            return None
        return str((self.last * factor).quantize(Decimal("0.1")))

    def ask(self, path: str, **body: Any) -> None:  # noqa: ANN401 - as a body is
        said = {name: value for name, value in body.items() if value is not None}
        try:
            self.writes.by_path[path](self.account, {**_LINEAR, **said})
        except VenueRefusal:
            return

    def live(self, step: tuple[Any, ...]) -> None:
        match step:
            case ("price", move):
                self.last = max((self.last * move).quantize(Decimal("0.1")), Decimal(100))
                self.venue.set_price(PERP, self.last)
            case ("order", side, size, limit, stop, target, reduces, partial):
                kind = {"orderType": "Market" if limit is None else "Limit", "price": self.near(limit)}
                stops = {"stopLoss": self.near(stop), "takeProfit": self.near(target)}
                mode = "Partial" if partial else None
                self.ask(
                    "/v5/order/create",
                    side=side,
                    qty=size,
                    reduceOnly=reduces,
                    tpslMode=mode,
                    **kind,
                    **stops,
                )
            case ("trigger", side, size, trigger, limit, reduces):
                direction = 1 if trigger > 1 else 2
                kind = {"orderType": "Market" if limit is None else "Limit", "price": self.near(limit)}
                waits = {"triggerPrice": self.near(trigger), "triggerDirection": direction}
                self.ask("/v5/order/create", side=side, qty=size, reduceOnly=reduces, **waits, **kind)
            case ("stops", stop, target):
                self.ask("/v5/position/trading-stop", stopLoss=self.near(stop), takeProfit=self.near(target))
            case ("leverage", leverage):
                self.ask("/v5/position/set-leverage", buyLeverage=leverage, sellLeverage=leverage)
            case ("cancel" | "amend", *_):
                self._change(step)
            case _:
                self._reach_in(step)

    def _change(self, step: tuple[Any, ...]) -> None:
        opened = self.account.open_cards()
        if not opened:
            return
        order_id = opened[step[1] % len(opened)].order_id
        if step[0] == "cancel":
            self.ask("/v5/order/cancel", orderId=order_id)
        else:
            self.ask("/v5/order/amend", orderId=order_id, qty=step[2], price=self.near(step[3]))

    def _reach_in(self, step: tuple[Any, ...]) -> None:
        try:
            match step:
                case ("hand", side, size):
                    self.venue.hand.trade(PERP, OrderSide(side.upper()), Decimal(size))
                case ("close",):
                    self.venue.hand.close()
                case ("funding",):
                    self.venue.hand.pay_funding(PERP, Decimal("0.001"))
                case ("partial", True):
                    self.venue.inject(FaultOrder(fault="partial_fills"))
                case _:
                    self.venue.faults.clear()
        except VenueRefusal:
            return

    def adds_up(self) -> None:
        size, cash = Decimal(0), OPENING
        by_order: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.account.executions:
            row = {name: str(value) for name, value in one.row.items()}
            cash -= Decimal(row["execFee"])
            if row["execType"] != "Funding":
                signed = Decimal(row["execQty"]) * (1 if row["side"] == "Buy" else -1)
                size += signed
                cash -= signed * Decimal(row["execPrice"])
                by_order[row["orderId"]] += abs(signed)
        held = self.account.position(PERP)
        assert size == (Decimal(0) if held is None else held.size_base * held.side.sign)
        assert abs(self.account.exchange.equity("USDT") - (cash + size * self.last)) < Decimal("1E-9")
        for card in self.account.cards.values():
            row = {name: str(value) for name, value in card.row().items()}
            assert Decimal(row["cumExecQty"]) == by_order[card.order_id]
            assert Decimal(row["cumExecQty"]) + Decimal(row["leavesQty"]) <= Decimal(row["qty"])
            if card.reduce_only and card.is_open:
                assert held is not None
                assert Decimal(row["leavesQty"]) <= held.size_base
                assert row["side"].upper() == held.side.exit_side


@pytest.mark.parametrize("seed", range(25))
def test_the_account_adds_up_to_its_executions(seed: int) -> None:
    rng, life = random.Random(seed), Life()
    for _ in range(80):
        life.live(_step(rng))
        life.adds_up()
    assert life.account.executions
