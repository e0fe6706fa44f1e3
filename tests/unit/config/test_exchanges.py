"""What is written down of ccxt is what the locked version says."""

import contextlib
import importlib

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
