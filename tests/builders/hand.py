"""The operator's hand on a whole screen over a whole desk: press, type, answer, and see what came of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from textual.widgets import Button

from desk.contracts.positions import Position
from desk.contracts.screen import ScreenSettings
from desk.contracts.sides import OrderSide
from desk.ui.actions.key_names import keys_of
from desk.ui.screens.proposal import ProposalScreen
from desk.ui.widgets.grid import Grid
from tests.builders.desk import PLATFORM, TINY, DeskHouse
from tests.builders.living_desk import PERP, SPOT, LivingDesk
from tests.builders.living_screens import screen_over_desk
from tests.builders.screens import SIZE, Screening

SCHEDULED = """\
name: saver
symbols: [BTC/USDT]
protection: none
workers:
  - use: dca_executor
    parameters: {symbol: BTC/USDT, schedule: HOURLY, notional_quote: 250, grace_s: 86400}
planners:
  entry: [{use: market}]
  size: [{use: fixed_notional}]
  routing: [{use: immediate}]
"""
HOURLY = "schedule:\n  - {name: HOURLY, cron: '0 * * * *'}\n"


@dataclass
class Hand:
    """Hold the screen, the desk, and the price at which the market stands still."""

    screen: Screening
    desk: LivingDesk
    price: str = "50000"
    performed: set[str] = field(default_factory=set)

    def market(self) -> None:
        """Say the price once more, so that what was asked can happen."""
        self.desk.tick(self.price)
        self.desk.tick(self.price, SPOT)

    async def until(self, is_so: Callable[[], bool], what: str = "") -> None:
        """Let the market stand still until `is_so`."""

        def seen() -> bool:
            self.market()
            return is_so()

        try:
            await self.screen.until(seen)
        except TimeoutError:
            seen_instead = f"{what or 'not so'}: told {self.screen.told}\n{self.screen.text}"
            raise AssertionError(seen_instead) from None

    async def sees(self, *texts: str) -> None:
        """Wait until all of `texts` can be seen."""
        await self.until(lambda: all(one in self.screen.text for one in texts), f"sees {texts}")

    async def told(self, text: str) -> None:
        """Wait until the screen has told something."""
        await self.until(lambda: any(text in one for one in self.screen.told), f"told {text}")

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.screen.press(*keys)

    async def do(self, action_id: str) -> None:
        """Begin an action by its first key, or as the palette does where it has none; it must apply."""
        app = self.screen.app
        await self.until(lambda: self._applies(action_id), f"{action_id} applies")
        self.performed.add(action_id)
        keys = keys_of(app.registry[action_id].keys)
        if keys:
            await self.press(keys[0])
        else:
            app.action_perform(action_id)

    def _applies(self, action_id: str) -> bool:
        situation = self.screen.app.situation
        return situation is not None and self.screen.app.registry[action_id].applies(situation)

    async def ask(self, action_id: str) -> ProposalScreen:
        """Begin an action that asks, and wait until its question stands and hears answers."""
        await self.do(action_id)
        return await self.question()

    async def question(self) -> ProposalScreen:
        """Wait for the question that stands."""

        def stands() -> bool:
            asked = self.screen.app.screen
            return isinstance(asked, ProposalScreen) and asked.hears

        await self.until(stands, "a question stands")
        asked = self.screen.app.screen
        assert isinstance(asked, ProposalScreen)
        return asked

    async def type(self, text: str) -> None:
        """Type over what is selected."""
        await self.press(*text)

    async def says(self, text: str) -> None:
        """Wait until the meant answer says `text`."""

        def says() -> bool:
            return text in str(self.screen.app.screen.query_one("#go", Button).label)

        await self.until(says, f"the answer says {text}")

    async def is_at(self, widget_id: str) -> None:
        """Wait until a widget has the focus."""

        def has_focus() -> bool:
            focused = self.screen.app.focused
            return focused is not None and focused.id == widget_id

        await self.until(has_focus, f"{widget_id} has the focus")

    async def is_back(self) -> None:
        """Wait until no question stands any more."""
        await self.until(
            lambda: not isinstance(self.screen.app.screen, ProposalScreen), "the question is gone"
        )

    async def look_at(self, pane: str, workspace: str, row: str = "") -> None:
        """Go to a pane, and to the row whose subject is `row`."""
        await self.press(workspace)
        grid = self.screen.app.work.query_one(f"#pane-{pane}").query_one(Grid)
        await self.until(lambda: grid.subject is not None, f"{pane} has rows")
        grid.focus()
        await self.press("g")
        for _ in range(50):
            if not row or (grid.subject is not None and row in grid.subject.id):
                break
            await self.press("down")
        assert not row or (grid.subject is not None and row in grid.subject.id)

    async def position(self, *, side: OrderSide = OrderSide.BUY, symbol: str = PERP) -> Position:
        """Let a strategy open a position of 0.099 with its stop, and wait until the screen shows it."""
        self.market()
        before = {one.trade_id for one in self.desk.positions}
        self.desk.issue(self.desk.new_trade(side, symbol=symbol))
        await self.desk.settle()
        (held,) = [one for one in self.desk.positions if one.trade_id not in before]
        await self.until(lambda: self.shows(held.trade_id), "the screen shows the position")
        return held

    async def external(self) -> Position:
        """Let another hand buy 0.1 at the venue."""
        self.market()
        self.desk.paper.hand.place(PERP, OrderSide.BUY, Decimal("0.1"))
        await self.until(lambda: bool(self.desk.positions))
        held = self.desk.positions[0]
        await self.until(lambda: self.shows(held.trade_id), "the screen shows the position")
        return held

    def shows(self, trade_id: str) -> bool:
        """Tell whether a trade and its orders are in the newest picture."""
        situation = self.screen.app.situation
        if situation is None:
            return False
        return any(one.position.trade_id == trade_id for one in situation.frame.snapshot.positions)

    def now(self, held: Position) -> Position:
        """Return a trade as the ledger has it now."""
        found = self.desk.ledger.position(held.trade_id)
        assert found is not None
        return found


@asynccontextmanager
async def hand_on(
    folder: Path,
    *,
    size: tuple[int, int] = SIZE,
    settings: ScreenSettings | None = None,
    scheduled: bool = False,
) -> AsyncIterator[Hand]:
    """Start a desk, open its screen, and give the hand; `scheduled` adds an hourly buy."""
    house = DeskHouse(folder, platform=PLATFORM + HOURLY, blueprints=(TINY, SCHEDULED)) if scheduled else None
    async with screen_over_desk(folder, house=house, size=size, settings=settings) as (screen, desk):
        hand = Hand(screen, desk)
        hand.market()
        yield hand
