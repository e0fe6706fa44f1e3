"""From weights as they are to weights as they are wanted: the arithmetic of one run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.ids import TradeId
from desk.contracts.market import ONE, ZERO, Instrument
from desk.contracts.positions import Position
from desk.workers.prices import written
from desk.workers.scheduled_operations.lots import sizes_after
from desk.workers.scheduled_operations.rebalancing_parameters import RebalancingParameters


@dataclass(frozen=True, slots=True)
class Asset:
    """Hold one target as the desk sees it: `price` in quote, `rate` from quote to the account currency."""

    target: Decimal
    instrument: Instrument
    price: Decimal
    rate: Decimal
    trades: tuple[Position, ...]

    @property
    def symbol(self) -> str:
        """The symbol."""
        return self.instrument.symbol

    @property
    def held_base(self) -> Decimal:
        """What the own trades hold, below zero where short."""
        return sum((one.size_base * one.side.sign for one in self.trades), ZERO)

    @property
    def worth(self) -> Decimal:
        """What is held, in the account currency, below zero where short."""
        return self.held_base * self.unit

    @property
    def unit(self) -> Decimal:
        """What one unit of base is worth in the account currency."""
        return self.price * self.rate


@dataclass(frozen=True, slots=True)
class Leg:
    """Change what is held of one asset by `size_base`: less of it, or more of it, never across zero."""

    asset: Asset
    adds: bool
    sign: int
    size_base: Decimal

    @property
    def worth(self) -> Decimal:
        """What is traded, in the account currency."""
        return self.size_base * self.asset.unit

    @property
    def buys(self) -> bool:
        """Whether it is a purchase: more of a long, or less of a short."""
        return self.adds == (self.sign > 0)


def band(parameters: RebalancingParameters, target: Decimal) -> Decimal:
    """Return how far a weight may drift from its target; what is not wanted at all has no band."""
    if target == ZERO:
        return ZERO
    return max(parameters.abs_band, parameters.rel_band * abs(target))


def legs_of(assets: Sequence[Asset], equity: Decimal, parameters: RebalancingParameters) -> tuple[Leg, ...]:
    """Return what brings the weights back to their targets, what lowers exposure first; nothing in bands.

    Where any |w - t| > max(abs_band, rel_band x |t|), with w = sum(s q p) / E over the own trades, every
    asset goes to |t| x E / p, or what the one sells would lie idle until the others have left their bands
    too. A change of sign is two legs. All legs shrink alike where they would trade more than max_turnover x
    E. Legs below the minimum are left out. Threshold rebalancing to the target: Y. Zilbering, C. Jaconetti,
    F. Kinniry, Best Practices for Portfolio Rebalancing, Vanguard, 2015.
    """
    if not any(_has_drifted(one, equity, parameters) for one in assets):
        return ()
    wanted = [leg for one in assets for leg in _legs(one, equity)]
    traded = sum((leg.worth for leg in wanted), ZERO)
    most = parameters.max_turnover * equity
    share = most / traded if traded > most else ONE
    cut = [_sized(leg, leg.size_base * share) for leg in wanted]
    kept = [leg for leg in cut if _is_worth_it(leg, parameters)]
    return (*(leg for leg in kept if not leg.adds), *(leg for leg in kept if leg.adds))


def within_room(
    adding: Iterable[tuple[Asset, Decimal]],
    gross: Decimal,
    equity: Decimal,
    free: dict[str, Decimal],
    parameters: RebalancingParameters,
) -> tuple[Leg, ...]:
    """Return the legs that add, no larger than the run's own plan, the targets, the gross and the cash allow.

    `adding` has what was planned, in the account currency; `gross` is what is held by size, and `free` the
    cash per currency. Cash is shared in proportion, a purchase of spot pays its fee and slippage too.
    """
    wanted = [(one, _lacking(one, planned, equity)) for one, planned in adding]
    whole = sum((worth for _, worth in wanted), ZERO)
    room = max(parameters.max_gross * equity - gross, ZERO)
    share = room / whole if whole > room else ONE
    bought: dict[str, Decimal] = {}
    for one, worth in wanted:
        if one.instrument.is_spot:
            currency = one.instrument.quote
            bought[currency] = bought.get(currency, ZERO) + worth * share / one.rate * _cost(one, parameters)
    legs = []
    for one, worth in wanted:
        part = share
        cost, cash = bought.get(one.instrument.quote, ZERO), free.get(one.instrument.quote, ZERO)
        if one.instrument.is_spot and cost > max(cash, ZERO):
            part *= max(cash, ZERO) / cost
        leg = _sized(Leg(one, adds=True, sign=_sign(one.target), size_base=ZERO), worth * part / one.unit)
        if _is_worth_it(leg, parameters):
            legs.append(leg)
    return tuple(legs)


def lowered(leg: Leg) -> tuple[tuple[TradeId, Decimal], ...]:
    """Return the trades that a leg which lowers exposure changes, with their new sizes, newest first."""
    one = leg.asset
    return sizes_after(reversed(one.trades), leg.size_base, one.instrument, one.price)


def leg_words(leg: Leg, equity: Decimal) -> str:
    """Write a leg as a trader does: sell 0.1 BTC/USDT (0.62 → 0.5)."""
    verb = "buy" if leg.buys else "sell"
    change = leg.worth if leg.buys else -leg.worth
    start = ZERO if leg.adds and leg.asset.worth * leg.sign < 0 else leg.asset.worth
    return (
        f"{verb} {written(leg.size_base)} {leg.asset.symbol}"
        f" ({weight_words(start / equity)} → {weight_words((start + change) / equity)})"
    )


def weight_words(weight: Decimal) -> str:
    """Write a weight with three decimals at most."""
    rounded = round(weight, 3)
    return written(rounded) if rounded else "0"


def _has_drifted(one: Asset, equity: Decimal, parameters: RebalancingParameters) -> bool:
    return abs(one.worth / equity - one.target) > band(parameters, one.target)


def _legs(one: Asset, equity: Decimal) -> tuple[Leg, ...]:
    held, wanted = one.held_base, one.target * equity / one.unit
    if held and wanted and (held > 0) is not (wanted > 0):
        opened = Leg(one, adds=True, sign=_sign(wanted), size_base=abs(wanted))
        return Leg(one, adds=False, sign=_sign(held), size_base=abs(held)), opened
    change = abs(wanted) - abs(held)
    sign = _sign(held) if held else _sign(wanted)
    return (Leg(one, adds=change > 0, sign=sign, size_base=abs(change)),)


def _lacking(one: Asset, planned: Decimal, equity: Decimal) -> Decimal:
    """Return what may be added to an asset, in the account currency: nothing against what is still held."""
    if one.worth * one.target < 0:
        return ZERO
    return max(min(planned, abs(one.target) * equity - abs(one.worth)), ZERO)


def _sized(leg: Leg, size_base: Decimal) -> Leg:
    return Leg(leg.asset, leg.adds, leg.sign, leg.asset.instrument.floor_size(size_base))


def _is_worth_it(leg: Leg, parameters: RebalancingParameters) -> bool:
    one = leg.asset
    if one.instrument.is_dust(leg.size_base, one.price):
        return False
    leaves = not leg.adds and one.target == ZERO
    return leaves or leg.worth >= parameters.min_trade


def _cost(one: Asset, parameters: RebalancingParameters) -> Decimal:
    """Return what a purchase takes per worth of it: 1 + fee + slippage."""
    return ONE + one.instrument.taker_fee + parameters.max_slippage


def _sign(amount: Decimal) -> int:
    return 1 if amount >= 0 else -1
