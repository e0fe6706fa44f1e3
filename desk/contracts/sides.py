"""Buy and sell on orders, long and short on positions: mapped here and nowhere else."""

from enum import StrEnum


class OrderSide(StrEnum):
    """The side of an order."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> "OrderSide":
        """The other side."""
        return OrderSide.SELL if self is OrderSide.BUY else OrderSide.BUY

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is OrderSide.BUY else -1


class PositionSide(StrEnum):
    """The side of a position."""

    LONG = "LONG"
    SHORT = "SHORT"

    @property
    def sign(self) -> int:
        """+1 for a long, -1 for a short."""
        return 1 if self is PositionSide.LONG else -1

    @property
    def entry_side(self) -> OrderSide:
        """The order side that opens or adds."""
        return OrderSide.BUY if self is PositionSide.LONG else OrderSide.SELL

    @property
    def exit_side(self) -> OrderSide:
        """The order side that reduces or closes."""
        return self.entry_side.opposite

    @classmethod
    def of(cls, side: OrderSide) -> "PositionSide":
        """Return the position that an order of `side` opens."""
        return cls.LONG if side is OrderSide.BUY else cls.SHORT
