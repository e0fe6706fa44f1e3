"""How many requests a key may make: so many of a kind within any second, as the venue's headers tell."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from desk.contracts.dto import Dto

_WINDOW_MS: Final = 1000


class LimitSettings(Dto):
    """Limit requests per key and second."""

    total: int | None = Field(default=None, ge=1, description="how many signed requests of any kind a second")
    place: int = Field(default=20, ge=1, description="how many creates a second")
    amend: int = Field(default=20, ge=1, description="how many amends a second")
    cancel: int = Field(default=20, ge=1, description="how many cancels a second")
    read: int = Field(default=50, ge=1, description="how many reads of one path a second")


@dataclass(frozen=True, slots=True)
class Allowance:
    """Hold what a key has left of a limit, and when it is whole again."""

    limit: int
    left: int
    resets_in_ms: int
    is_exceeded: bool

    def headers(self, now_ms: int) -> dict[str, str]:
        """Write it as the reply's headers, at the venue's time."""
        return {
            "X-Bapi-Limit": str(self.limit),
            "X-Bapi-Limit-Status": str(self.left),
            "X-Bapi-Limit-Reset-Timestamp": str(now_ms + self.resets_in_ms),
        }


class RateLimits:
    """Count requests within the last second; one that is refused does not count."""

    def __init__(self, settings: LimitSettings) -> None:
        self._settings = settings
        self._asked_ms: dict[tuple[str, str], deque[int]] = {}

    def ask(self, key: str, path: str, kind: str, now_ms: int, weight: int = 1) -> Allowance:
        """Count one request of `weight` orders; tell whether it was too many."""
        of_kind: Mapping[str, int] = {
            "place": self._settings.place,
            "amend": self._settings.amend,
            "cancel": self._settings.cancel,
        }
        limit = of_kind.get(kind, self._settings.read)
        allowance = self._count(key, kind if kind in of_kind else path, limit, now_ms, weight)
        if self._settings.total is None:
            return allowance
        total = self._count(key, "total", self._settings.total, now_ms, 1)
        return total if total.left <= allowance.left or total.is_exceeded else allowance

    def _count(self, key: str, group: str, limit: int, now_ms: int, weight: int) -> Allowance:
        asked = self._asked_ms.setdefault((key, group), deque())
        while asked and asked[0] <= now_ms - _WINDOW_MS:
            asked.popleft()
        is_exceeded = len(asked) + weight > limit
        if not is_exceeded:
            asked.extend([now_ms] * weight)
        resets_in_ms = (asked[0] if asked else now_ms) + _WINDOW_MS - now_ms
        return Allowance(limit, max(limit - len(asked), 0), resets_in_ms, is_exceeded)
