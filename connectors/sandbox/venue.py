"""The whole exchange without its doors: market, accounts, faults and the clock they share."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from connectors.sandbox.account import TradingAccount
from connectors.sandbox.fault_box import ActiveFault, FaultBox
from connectors.sandbox.faults import FaultOrder, Stage
from connectors.sandbox.hand import Hand
from connectors.sandbox.liquidity import FaultyLiquidity
from connectors.sandbox.listings import Listing, Listings
from connectors.sandbox.market import Market, PublicTrade
from connectors.sandbox.market_rows import next_funding_ms
from connectors.sandbox.settings import SandboxSettings
from connectors.sandbox.signature import ApiKey
from connectors.venue.price_path import PricePath
from connectors.venue.state import Terms
from desk.contracts.ports.time import Clock, Rng, Spawner


class LocalVenue:
    """Hold one exchange; without `paths` prices wander by the seed, and `wander` takes them on."""

    def __init__(
        self,
        settings: SandboxSettings,
        listings: Listings,
        paths: Mapping[str, PricePath],
        clock: Clock,
        spawner: Spawner,
        rng: Rng,
    ) -> None:
        self.settings = settings
        self.listings = listings
        self.clock = clock
        self._spawner = spawner
        self.faults = FaultBox(rng, clock.monotonic_ms)
        self.market = Market(
            listings,
            paths,
            clock.now_ms(),
            seed=settings.seed,
            speed=settings.speed,
            spread=settings.spread,
            is_halted=self.is_halted,
        )
        terms = Terms(settings.slippage, FaultyLiquidity(rng, faults=self.faults), fee_in_coin_received=True)
        self.keys = {
            one.key: ApiKey(one.key, one.secret, may_trade=one.may_trade, may_withdraw=one.may_withdraw)
            for one in settings.keys
        }
        self.accounts = {
            key: TradingAccount(place, listings, terms, self.market.ticks, settings.opening_balances)
            for place, key in enumerate(self.keys, start=1)
        }
        self.requests: Counter[str] = Counter()
        self.attempts: Counter[str] = Counter()
        self.hand = Hand(self)
        self._next_funding_ms = next_funding_ms(self.now_ms())
        self.market.subscribe(self._meet)

    def now_ms(self) -> int:
        """Return the venue's time: the clock's, off by what a fault says."""
        skew = self.faults.in_force("clock_skew")
        return self.clock.now_ms() + (0 if skew is None else skew.skew_ms)

    def is_halted(self, symbol: str) -> bool:
        """Tell whether a symbol does not trade now."""
        return self.faults.in_force("halted", symbol) is not None

    def account(self, key: str | None = None) -> TradingAccount:
        """Return an account by its key, the first one without; raises KeyError."""
        return next(iter(self.accounts.values())) if key is None else self.accounts[key]

    def wander(self) -> None:
        """Take every price on to now, and pay what is due."""
        now_ms = self.now_ms()
        self.market.wander(now_ms)
        self.hand.liquidate_due()
        if now_ms >= self._next_funding_ms:
            self._next_funding_ms = next_funding_ms(now_ms)
            self.hand.pay_funding(None, self.settings.funding_rate)

    def set_price(
        self, symbol: str, price: Decimal, *, bid: Decimal | None = None, ask: Decimal | None = None
    ) -> None:
        """Let a trade happen at `price`; raises KeyError for a symbol not traded here."""
        self.market.set_price(symbol, price, self.now_ms(), bid=bid, ask=ask)
        self.hand.liquidate_due()

    def inject(self, order: FaultOrder) -> ActiveFault:
        """Let a fault be; an event happens once, after its delay.

        Raises KeyError for a symbol or a key that is not known here, VenueRefusal where an event cannot be.
        """
        if order.symbol is not None:
            _ = self.listings[order.symbol]
        if order.key is not None:
            _ = self.accounts[order.key]
        added = self.faults.add(order)
        if order.kind.stage is Stage.EVENT:
            if order.after_ms:
                self._spawner.spawn(f"sandbox {order.fault}", self._later(added))
            else:
                self._happen(added)
        return added

    def count_attempts(self, path: str, body: Mapping[str, object] | None) -> None:
        """Count every create that arrives, by its client's own id."""
        if body is None or not path.startswith("/v5/order/create"):
            return
        rows = body.get("request")
        for row in rows if isinstance(rows, list) else [body]:
            if isinstance(row, dict) and row.get("orderLinkId"):
                self.attempts[str(row["orderLinkId"])] += 1

    def reject_late(self, order_ids: Sequence[str]) -> None:
        """Reject orders that were taken and have not filled."""
        for account in self.accounts.values():
            for one in order_ids:
                card = account.by_order_id.get(one)
                if card is not None and card.is_open:
                    account.reject(card, self.now_ms())

    async def _later(self, added: ActiveFault) -> None:
        await self.clock.sleep_ms(added.order.after_ms)
        if added in self.faults.active:
            self._happen(added)

    def _happen(self, added: ActiveFault) -> None:
        self.faults.lift(added.number)
        self.hand.do(added.order)

    def _meet(self, listing: Listing, trade: PublicTrade) -> None:
        if self.is_halted(listing.symbol):
            return
        for account in self.accounts.values():
            account.meet(trade.tick, trade.tick.time_ms)
