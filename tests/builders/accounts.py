"""Platforms of a desk that trades at an exchange."""

from tests.builders.config import PLATFORM

KEY, SECRET = "hunter2hunter2", "correct-horse-battery"
ENVIRONMENT = {"DESK_TEST_KEY": KEY, "DESK_TEST_SECRET": SECRET}

_HEAD = """\
desk:
  id: test-desk
  account_currency: USDT
connector:
  name: ccxt
  ccxt:
    exchange: bybit
    market: swap
    mode: MODE
    api_key: env:DESK_TEST_KEY
    secret: env:DESK_TEST_SECRET
"""
_TAIL = """\
risk:
  max_order_notional: 50000
  max_position_notional: 100000
schedule:
  - name: WEEKLY_DCA
    cron: 0 9 * * mon
"""


def exchange_platform(mode: str = "sandbox", *lines: str) -> str:
    """Return a platform at bybit; `lines` are added to `connector.ccxt`."""
    return _HEAD.replace("MODE", mode) + "".join(f"    {line}\n" for line in lines) + _TAIL


def paper_platform() -> str:
    """Return a platform on paper."""
    return PLATFORM
