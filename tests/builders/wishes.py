"""What directives ask of one trade, written in a line: for tests of who gives way to whom."""

from decimal import Decimal

from desk.contracts.directives import OPERATOR_STRATEGY, PROTECTION_STRATEGY, DirectiveScope
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.manifests import WorkerCategory
from desk.contracts.sides import PositionSide
from desk.execution.precedence import Author, Wish

TRADE = TradeId.at(0, 1)

TRAIL = Author("swing", "trail", WorkerCategory.DYNAMIC_MANAGEMENT)
PARTIALS = Author("swing", "partials", WorkerCategory.DYNAMIC_MANAGEMENT)
PYRAMID = Author("swing", "pyramid", WorkerCategory.DYNAMIC_MANAGEMENT)
PLANNER = Author("swing", "planner", WorkerCategory.STRATEGY)
LIMITER = Author("swing", "limiter", WorkerCategory.RISK_CONTROL)
BALANCER = Author("swing", "balancer", WorkerCategory.SCHEDULED_OPERATIONS)
SAVER = Author("swing", "saver", WorkerCategory.SCHEDULED_OPERATIONS)
STRANGER = Author("other", "trail", WorkerCategory.DYNAMIC_MANAGEMENT)
STRANGE_LIMITER = Author("other", "limiter", WorkerCategory.RISK_CONTROL)
OPERATOR = Author(OPERATOR_STRATEGY, "operator")
PROTECTION = Author(PROTECTION_STRATEGY, PROTECTION_STRATEGY)


class Wishes:
    """Write wishes on one trade of which `held` is held, each with an id of its own."""

    def __init__(self, held: str = "1", side: PositionSide = PositionSide.LONG) -> None:
        self._held = Decimal(held)
        self._side = side
        self._number = 0

    def close(self, author: Author) -> Wish:
        return self._wish(author, DirectiveScope.CLOSE_EXISTING)

    def stop(self, author: Author, price: str, *, with_target: bool = False) -> Wish:
        return self._wish(author, stop_price=Decimal(price), moves_target=with_target)

    def size(self, author: Author, size: str | None, *, stop: str | None = None) -> Wish:
        size_base = None if size is None else Decimal(size)
        stop_price = None if stop is None else Decimal(stop)
        return self._wish(author, resizes=True, size_base=size_base, stop_price=stop_price)

    def _wish(
        self,
        author: Author,
        scope: DirectiveScope = DirectiveScope.MODIFY_EXISTING,
        *,
        resizes: bool = False,
        size_base: Decimal | None = None,
        stop_price: Decimal | None = None,
        moves_target: bool = False,
    ) -> Wish:
        self._number += 1
        return Wish(
            DirectiveId.at(0, self._number), author, scope, TRADE, self._side, self._held,
            resizes=resizes, size_base=size_base, stop_price=stop_price, moves_target=moves_target,
        )  # fmt: skip
