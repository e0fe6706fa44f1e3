"""Where requests may go: no signed one reaches a host of another mode than the desk's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from desk.contracts.problems import DeskError

_SIGNING_WORDS = ("signature", "api-sign", "apisign")


class HostRefused(DeskError):
    """The request would have gone where this desk may not send it: it did not leave."""


def every_url(urls: object, hostname: str | None) -> Iterator[str]:
    """Yield every address in a nest of them."""
    if isinstance(urls, str) and "://" in urls:
        yield urls.replace("{hostname}", hostname or "")
    elif isinstance(urls, Mapping):
        for one in urls.values():
            yield from every_url(one, hostname)


def host_of(url: str) -> str:
    """Return host and port of an address."""
    return urlsplit(url).netloc.lower()


def rebased(urls: Any, base_url: str, hostname: str | None) -> Any:  # noqa: ANN401 - ccxt's own nest of addresses
    """Return the nest with every host replaced, paths and the kind of connection kept."""
    if isinstance(urls, Mapping):
        return {key: rebased(one, base_url, hostname) for key, one in urls.items()}
    if not isinstance(urls, str) or "://" not in urls:
        return urls
    base, old = urlsplit(base_url), urlsplit(urls.replace("{hostname}", hostname or ""))
    secure = "s" if base.scheme == "https" else ""
    kind = "ws" if old.scheme.startswith("ws") else "http"
    return urlunsplit((kind + secure, base.netloc, old.path, old.query, ""))


@dataclass(frozen=True, slots=True)
class HostGuard:
    """Judge the address and headers that a request really has.

    `signed_to` are the hosts that may see the key, with `marker` where a header alone says that no real
    money is meant; `only_to` is the one host there is, where a base_url replaces all.
    """

    signed_to: frozenset[str]
    marker: tuple[str, str] | None
    only_to: str | None
    needs_arming: bool
    is_armed: bool
    api_key: str | None

    def check(self, url: str, headers: Mapping[str, Any] | None, body: object) -> bool:
        """Return whether a request is signed; raises HostRefused for one that must not leave."""
        host = host_of(url)
        if self.only_to is not None and host != self.only_to:
            raise HostRefused(f"a request to {host} although base_url is {self.only_to}: it was not sent")
        if not self._is_signed(url, headers or {}, body):
            return False
        if self.needs_arming and not self.is_armed:
            raise HostRefused(f"live trading is not armed: a signed request to {host} was not sent")
        if host not in self.signed_to:
            known = ", ".join(sorted(self.signed_to))
            raise HostRefused(f"{host} is no host of this mode ({known}): the signed request was not sent")
        if self.marker is not None and not _has(headers or {}, self.marker):
            raise HostRefused(f"the header {self.marker[0]} is missing: the request would mean real money")
        return True

    def _is_signed(self, url: str, headers: Mapping[str, Any], body: object) -> bool:
        key = self.api_key
        if key and (key in url or key in str(body or "") or any(key in str(one) for one in headers.values())):
            return True
        written = " ".join((url, *map(str, headers), str(body or ""))).lower()
        return any(word in written for word in _SIGNING_WORDS)


def _has(headers: Mapping[str, Any], marker: tuple[str, str]) -> bool:
    name, value = marker
    return any(one.lower() == name.lower() and str(said) == value for one, said in headers.items())
