"""What the gate says of an order."""

from dataclasses import dataclass

from desk.contracts.orders import OrderRequest


@dataclass(frozen=True, slots=True)
class Approved:
    """Carry a request that passed; only the gate makes one."""

    request: OrderRequest


@dataclass(frozen=True, slots=True)
class Refused:
    """Say which check refused, with its numbers."""

    check: str
    reason: str


Verdict = Approved | Refused
