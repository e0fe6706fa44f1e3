"""A seeded day of a desk: a market that wanders and jumps, and decisions that come at any time."""

import random
from collections.abc import Callable
from decimal import Decimal

from desk.contracts.commands import CloseTrade, EmergencyExit, Halt, MoveStop, Rearm
from desk.contracts.directives import SizeDirective, StrategyDirective
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState
from tests.builders.living_desk import AT_A_LIMIT, AT_THE_MARKET, PERP, SPOT, LivingDesk

STEP_MS = 100
_START = 50_000


class Workload:
    """Decide by seed, tick by tick, what the market does and what is asked of the desk."""

    def __init__(self, seed: int | str, *, exits: bool = True, hands: bool = False) -> None:
        """Without `exits` nobody leaves everything; with `hands` somebody else uses the account too."""
        self._rng = random.Random(seed)
        self._price = Decimal(_START)
        self._actions: list[tuple[int, Callable[[LivingDesk], object]]] = [
            (30, self._open), (25, self._move_stop), (15, self._resize), (15, self._close),
            (4, self._operator_closes), (4, self._operator_moves),
        ]  # fmt: skip
        self._exits = exits
        self._hands = hands

    async def run(self, desk: LivingDesk, ticks: int) -> None:
        """Hand the desk `ticks` ticks per symbol, and a decision at about every tenth."""
        for _ in range(ticks):
            self.tick(desk)
            if self._rng.random() < 0.1:
                await self._decide(desk)
            if self._hands and self._rng.random() < 0.02:
                self._another_hand(desk)
            await desk.pass_ms(STEP_MS)

    def tick(self, desk: LivingDesk) -> None:
        """Move the market a little, seldom much."""
        jumps = self._rng.random() < 0.01
        width = Decimal("0.02") if jumps else Decimal("0.0008")
        change = Decimal(self._rng.randrange(-1000, 1001)) / 1000 * width
        self._price = (self._price * (1 + change)).quantize(Decimal("0.1"))
        for symbol in (PERP, SPOT):
            desk.tick(self._price, symbol)

    @property
    def price(self) -> Decimal:
        """Where the market stands."""
        return self._price

    async def _decide(self, desk: LivingDesk) -> None:
        draw = self._rng.random()
        if self._exits and draw < 0.03:
            await desk.desk.commands.execute(EmergencyExit())
        elif draw < 0.05:
            await desk.desk.commands.execute(Halt())
        elif desk.desk.core.parts.execution.state.current is not DeskState.ACTIVE and draw < 0.6:
            await desk.desk.commands.execute(Rearm("REARM"))
        else:
            weights = [weight for weight, _ in self._actions]
            action = self._rng.choices([one for _, one in self._actions], weights)[0]
            answer = action(desk)
            if isinstance(answer, StrategyDirective):
                desk.issue(answer)
            elif answer is not None:
                await desk.desk.commands.execute(answer)  # type: ignore[arg-type]  # one of the commands below

    def _open(self, desk: LivingDesk) -> object:
        symbol = self._rng.choice((PERP, SPOT))
        side = OrderSide.BUY if symbol == SPOT else self._rng.choice((OrderSide.BUY, OrderSide.SELL))
        held = [one.side.entry_side for one in desk.positions if one.symbol == symbol]
        confidence = self._rng.choice((AT_THE_MARKET, AT_A_LIMIT))
        size = SizeDirective(notional_quote=Decimal(self._rng.randrange(500, 8000)))
        return desk.new_trade(
            held[0] if held else side, symbol=symbol, confidence=confidence, size_directive=size,
            stop=f"0.{self._rng.randrange(2, 30):03d}",
        )  # fmt: skip

    def _move_stop(self, desk: LivingDesk) -> object:
        if not desk.positions:
            return None
        one = self._rng.choice(desk.positions)
        return desk.move_stop(one, str(self._stop(one.side.sign)))

    def _stop(self, sign: int) -> Decimal:
        distance = Decimal(self._rng.randrange(10, 200)) / 10_000
        return (self._price * (1 - sign * distance)).quantize(Decimal("0.1"))

    def _resize(self, desk: LivingDesk) -> object:
        if not desk.positions:
            return None
        one = self._rng.choice(desk.positions)
        return desk.resize(one, str(Decimal(self._rng.randrange(0, 200)) / 1000))

    def _close(self, desk: LivingDesk) -> object:
        return desk.close(self._rng.choice(desk.positions)) if desk.positions else None

    def _operator_closes(self, desk: LivingDesk) -> object:
        return CloseTrade(self._rng.choice(desk.positions).trade_id) if desk.positions else None

    def _operator_moves(self, desk: LivingDesk) -> object:
        if not desk.positions:
            return None
        one = self._rng.choice(desk.positions)
        return MoveStop(one.trade_id, self._stop(one.side.sign))

    def _another_hand(self, desk: LivingDesk) -> None:
        """Do at the venue what a person does who does not know of the desk."""
        hand, size_base = desk.paper.hand, Decimal(self._rng.randrange(1, 80)) / 1000
        held = [one for one in desk.positions if one.symbol == PERP]
        orders = [one.client_order_id for one in desk.ledger.live_orders()]
        draw = self._rng.randrange(5)
        if draw == 0:
            hand.close_position(PERP)
        elif draw == 1 and held:
            hand.place(PERP, held[0].side.exit_side, size_base, reduce_only=True)
        elif draw == 2 and orders:
            name = self._rng.choice(orders)
            for symbol in (PERP, SPOT):
                hand.cancel(symbol, name)
        elif draw == 3:
            hand.deposit("USDT", Decimal(self._rng.randrange(-500, 500)))
        elif held:
            hand.place(PERP, held[0].side.entry_side, size_base)
