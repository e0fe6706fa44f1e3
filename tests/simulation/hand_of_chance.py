"""An operator who does anything at any time: every command, with values that fit and values that do not."""

import random
from collections.abc import Callable
from decimal import Decimal

from desk.contracts.commands import (
    REARM_WORD,
    AcknowledgeAlarm,
    AdoptTrade,
    AmendOrder,
    CancelEntries,
    CancelOrder,
    CloseTrade,
    CloseTrades,
    Command,
    CommandOutcome,
    EmergencyExit,
    Halt,
    MoveStop,
    OpenTrade,
    PauseWorker,
    Rearm,
    RemovePriceAlert,
    ResumeWorker,
    RunSchedule,
    SetPriceAlert,
    SetTarget,
)
from desk.contracts.ids import TradeId
from desk.contracts.sides import PositionSide
from tests.builders.living_desk import PERP, SPOT, STRATEGY, LivingDesk
from tests.simulation.workload import STEP_MS, Workload

_ODD = (Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("sNaN"), Decimal("1e30"), Decimal("1e-30"))
_OFTEN_ODD = 0.1


class HandOfChance:
    """Give commands beside a market that moves on; nothing waits for an answer."""

    def __init__(self, seed: int | str) -> None:
        self._rng = random.Random(f"hand {seed}")
        self._market = Workload(seed, exits=False)
        self._kinds: list[tuple[int, Callable[[LivingDesk], Command]]] = [
            (30, self._opens), (12, self._closes), (3, self._closes_all), (10, self._moves),
            (8, self._targets), (6, self._adopts), (10, self._amends), (10, self._cancels),
            (3, lambda _: CancelEntries()), (4, self._alerts), (2, lambda _: AcknowledgeAlarm()),
            (4, self._states), (3, self._odd_ones),
        ]  # fmt: skip
        self.answers: list[CommandOutcome] = []

    @property
    def price(self) -> Decimal:
        """Where the market stands."""
        return self._market.price

    async def run(self, desk: LivingDesk, ticks: int) -> None:
        """Hand the desk `ticks` ticks per symbol, and a command at about every fifth.

        Now and then somebody else trades on the account beside the desk.
        """
        for _ in range(ticks):
            self._market.tick(desk)
            draw = self._rng.random()
            if draw < 0.2:
                desk.supervisor.spawn("hand of chance", self._give(desk, self._command(desk)))
            elif draw < 0.24:
                size_base = Decimal(self._rng.randrange(1, 80)) / 1000
                side = self._rng.choice(list(PositionSide)).entry_side
                desk.paper.hand.place(PERP, side, size_base)
            await desk.pass_ms(STEP_MS)

    async def _give(self, desk: LivingDesk, command: Command) -> None:
        self.answers.append(await desk.desk.commands.execute(command))

    def _command(self, desk: LivingDesk) -> Command:
        weights = [weight for weight, _ in self._kinds]
        return self._rng.choices([one for _, one in self._kinds], weights)[0](desk)

    def _number(self, usual: Decimal) -> Decimal:
        return self._rng.choice(_ODD) if self._rng.random() < _OFTEN_ODD else usual

    def _price(self, widest: str = "0.03") -> Decimal:
        share = Decimal(self._rng.randrange(-1000, 1001)) / 1000 * Decimal(widest)
        return self._number((self.price * (1 + share)).quantize(Decimal("0.01")))

    def _size(self) -> Decimal:
        return self._number(Decimal(self._rng.randrange(1, 200)) / 1000)

    def _opens(self, desk: LivingDesk) -> Command:
        side, symbol = self._rng.choice(list(PositionSide)), self._rng.choice([PERP, PERP, SPOT])
        amount = Decimal(self._rng.randrange(1, 8000))
        by_risk, waits = self._rng.random() < 0.4, self._rng.random() < 0.5
        near = Decimal(self._rng.randrange(1, 30)) / 1000 * side.sign
        order = OpenTrade(
            symbol,
            side,
            notional_quote=None if by_risk else self._number(amount),
            risk_quote=self._number(amount / 50) if by_risk else None,
            limit_price=self._price("0.004") if waits else None,
            stop_price=self._number(self.price * (1 - near)),
            take_profit_price=self.price * (1 + near * 2) if self._rng.random() < 0.5 else None,
        )
        if self._rng.random() < 0.5:
            desk.desk.commands.preview(order)
        return order

    def _trade(self, desk: LivingDesk) -> TradeId:
        known = [one.trade_id for one in desk.ledger.trades()]
        held = [one.trade_id for one in desk.positions]
        return self._rng.choice((held if self._rng.random() < 0.9 else known) or [TradeId.at(0, 1)])

    def _order(self, desk: LivingDesk) -> str:
        return self._rng.choice([one.client_order_id for one in desk.ledger.live_orders()] or ["nothing"])

    def _closes(self, desk: LivingDesk) -> Command:
        fraction = self._rng.choice([Decimal(1), Decimal("0.5"), Decimal("0.1"), Decimal("0.99"), *_ODD])
        return CloseTrade(self._trade(desk), fraction)

    def _closes_all(self, _: LivingDesk) -> Command:
        ways = [CloseTrades(symbol=PERP), CloseTrades(symbol=SPOT), CloseTrades(strategy_id=STRATEGY)]
        return self._rng.choice([*ways, CloseTrades(), CloseTrades(symbol=PERP, strategy_id=STRATEGY)])

    def _moves(self, desk: LivingDesk) -> Command:
        return MoveStop(self._trade(desk), self._price())

    def _targets(self, desk: LivingDesk) -> Command:
        return SetTarget(self._trade(desk), None if self._rng.random() < 0.3 else self._price())

    def _adopts(self, desk: LivingDesk) -> Command:
        foreign = [one for one in desk.positions if one.strategy_id == "EXTERNAL"]
        if not foreign or self._rng.random() < 0.1:
            return AdoptTrade(self._trade(desk), self._price())
        trade = self._rng.choice(foreign)
        return AdoptTrade(trade.trade_id, self._number(self.price * (1 - trade.side.sign * Decimal("0.01"))))

    def _amends(self, desk: LivingDesk) -> Command:
        price = self._price("0.01") if self._rng.random() < 0.8 else None
        return AmendOrder(self._order(desk), price, self._size() if self._rng.random() < 0.5 else None)

    def _cancels(self, desk: LivingDesk) -> Command:
        return CancelOrder(self._order(desk))

    def _alerts(self, desk: LivingDesk) -> Command:
        waiting = desk.desk.commands.alerts.rows()
        if waiting and self._rng.random() < 0.3:
            return RemovePriceAlert(self._rng.choice(waiting).alert_id)
        return SetPriceAlert(self._rng.choice([PERP, SPOT, "NO/SUCH"]), self._price("0.005"))

    def _states(self, _: LivingDesk) -> Command:
        rearms = [Rearm(REARM_WORD), Rearm(REARM_WORD), Rearm("rearm")]
        ways: list[Command] = [Halt(), EmergencyExit(), *rearms]
        return self._rng.choice(ways)

    def _odd_ones(self, _: LivingDesk) -> Command:
        worker = "trailing_stop_manager"
        ways: list[Command] = [PauseWorker(worker), ResumeWorker(worker), PauseWorker("nobody")]
        return self._rng.choice([*ways, RunSchedule("NEVER")])
