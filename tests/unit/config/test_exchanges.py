"""What is written down of ccxt is what the locked version says."""

import contextlib
import importlib
import inspect

from connectors.ccxt.candles import TAKES_NO_END
from desk.contracts.exchanges import DEMOS, EXCHANGES, SANDBOXES, WITH_PASSWORD

_SIGNED_REQUESTS_FAIL = {"binanceusdm", "binancecoinm"}


ccxt = importlib.import_module("ccxt")  # it ships no types


def test_the_list_of_exchanges_is_that_of_ccxt() -> None:
    assert list(EXCHANGES) == ccxt.exchanges
    sandboxes, demos, with_password = [], [], []
    for name in EXCHANGES:
        exchange = getattr(ccxt, name)()
        if exchange.requiredCredentials.get("password"):
            with_password.append(name)
        # Where there is no test exchange, ccxt stumbles over its own missing address.
        with contextlib.suppress(TypeError, KeyError, ccxt.NotSupported):
            exchange.set_sandbox_mode(True)
            sandboxes.append(name)
        with contextlib.suppress(KeyError, ccxt.NotSupported):
            getattr(ccxt, name)().enable_demo_trading(True)
            demos.append(name)
    assert list(SANDBOXES) == [name for name in sandboxes if name not in _SIGNED_REQUESTS_FAIL]
    assert list(DEMOS) == demos
    assert list(WITH_PASSWORD) == with_password


def test_the_end_of_a_window_is_kept_from_those_that_do_not_know_it() -> None:
    sources = {name: inspect.getsource(getattr(ccxt, name).fetch_ohlcv) for name in EXCHANGES}
    assert {name for name, source in sources.items() if "until" not in source} == TAKES_NO_END
