"""The model of `connector`: where orders go, and as whom."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from desk.config.document import shown
from desk.config.faults import fault, nearest
from desk.config.secrets import SecretReference
from desk.contracts.dto import Dto
from desk.contracts.exchanges import EXCHANGES
from desk.contracts.paper import PaperSettings

_LARGEST_PORT = 65_535


def exchange_fault(name: str) -> tuple[str, str] | None:
    """Say what is wrong with an exchange's id and what to write; None where ccxt knows it."""
    if name in EXCHANGES:
        return None
    close = nearest(name, EXCHANGES)
    known = "write its id in ccxt, such as binance, bybit, kraken or okx"
    return f"ccxt knows no exchange {shown(name)}", f"did you mean `{close}`?" if close else known


def _exchange(name: str) -> str:
    found = exchange_fault(name)
    if found is not None:
        raise fault(*found)
    return name


def _base_url(text: str) -> str:
    """Accept scheme, host and port: a path would end up in the middle of every request's own."""
    what = _base_url_fault(text)
    if what is not None:
        # It may hold a name and a password: it is not repeated.
        raise fault(what, "write scheme, host and port alone, such as http://127.0.0.1:8080")
    return text


def _base_url_fault(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return "is no address"
    if not text.startswith(("http://", "https://")):
        return "must begin with http:// or https://; it stands for the WebSocket hosts too"
    if not parts.hostname or any(one.isspace() for one in text):
        return "names no host"
    if "@" in parts.netloc:
        return "holds a name or a password"
    if parts.path or "?" in text or "#" in text:
        return "has a path, and the exchange's own paths follow it"
    return None if port is None or 0 < port <= _LARGEST_PORT else "has no such port"


class CcxtAccount(Dto):
    """Say which account at which exchange; secrets are references, never the secrets."""

    exchange: Annotated[str, AfterValidator(_exchange)] = Field(
        description="the exchange's id in ccxt, such as bybit"
    )
    market: Literal["spot", "swap"] = Field(description="spot, or swap for linear perpetuals")
    mode: Literal["sandbox", "demo", "live"] = Field(
        "sandbox",
        description="sandbox and demo trade play money; live trades real money, and must be armed too",
    )
    base_url: Annotated[str, AfterValidator(_base_url)] | None = Field(
        None,
        description="scheme, host and port that replace every host of the exchange: a local exchange server",
    )
    api_key: SecretReference = Field(
        description="where the API key is: env:NAME, keyring:SERVICE/USER or file:PATH"
    )
    secret: SecretReference = Field(
        description="where its secret is: env:NAME, keyring:SERVICE/USER or file:PATH"
    )
    password: SecretReference | None = Field(
        None, description="where its passphrase is, for an exchange that has one"
    )


class ConnectorSettings(Dto):
    """Choose where orders go; the named one's settings must be there, others may."""

    name: Literal["paper", "ccxt"] = Field(description="where orders go: paper, or ccxt for a real exchange")
    paper: PaperSettings | None = Field(None, description="the embedded exchange's settings")
    ccxt: CcxtAccount | None = Field(None, description="the account at a real exchange")
