"""`desk doctor` put together: the looks at the configured account, in order, each told as it ends."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

from connectors.ccxt.settings import CcxtSettings
from desk.bootstrap.account_lock import account_lock
from desk.bootstrap.doctor_looks import Heard, client_ids, favourite, filters, stops, streams
from desk.bootstrap.doctor_trade import TRIP, round_trip
from desk.bootstrap.lock import holder
from desk.bootstrap.settings import instruments
from desk.bootstrap.venue import connector_of, connector_settings
from desk.config.platform import Platform
from desk.config.storage import StorageLayout
from desk.contracts.examination import Finding, Verdict
from desk.contracts.market import Instrument
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import DeskError

_REACHABILITY: Final = "reachability"
_STREAMS: Final = "streams"
_BY_REQUEST: Final = ("mode and host", "clock skew", "markets", "credentials", "permissions")
_BY_CONNECTOR: Final = ("filters", "stop support", "client-id look-up", _STREAMS)


@dataclass(frozen=True, slots=True)
class DoctorRun:
    """Say which account is looked at, whether a smallest order is sent, and who is told.

    `on_look` hears what is looked at next, `on_finding` what came of it.
    """

    platform: Platform
    storage: StorageLayout
    armed_by: str | None
    trade: bool
    clock: Clock
    spawner: Spawner
    on_look: Callable[[str], None]
    on_finding: Callable[[Finding], None]


async def examine(run: DoctorRun) -> None:
    """Look at everything, telling each finding.

    Raises InputRefused where a secret is missing; with `trade` RefusedByState while a desk trades there.
    """
    settings = connector_settings(run.platform, run.armed_by)
    if not isinstance(settings, CcxtSettings):
        _examine_paper(run)
        return
    with account_lock(run.platform, run.storage) if run.trade else nullcontext():
        await _Exchange(run, settings).examine()


def _examine_paper(run: DoctorRun) -> None:
    """Look at the paper exchange, without touching its account."""
    tell, process = run.on_finding, holder(run.storage)
    known = instruments(run.platform)
    connector = connector_of(run.platform, run.storage, run.clock, run.spawner)
    tell(Finding.no_matter(_REACHABILITY, "the paper exchange is part of the desk"))
    living = "no desk runs on it now" if process is None else f"a desk (process {process}) runs on it"
    tell(Finding.ok("mode and host", f"paper: nobody's money, no host; {living}"))
    tell(Finding.no_matter("clock skew", "it has this machine's clock"))
    tell(Finding.ok("markets", f"{len(known)} instruments of platform.yaml"))
    for name in ("credentials", "permissions"):
        tell(Finding.no_matter(name, "it asks for no key"))
    tell(filters(favourite(known, run.platform.desk.account_currency)))
    tell(stops(connector.capabilities))
    tell(client_ids(connector.capabilities))
    tell(Finding.no_matter(_STREAMS, f"its prices are those of the {run.platform.feed.name} feed"))
    if run.trade:
        tell(Finding.no_matter(TRIP, "it fills only at the prices of a running desk"))


class _Exchange:
    """Look at an account at an exchange: by requests first, then by the desk's own connector."""

    def __init__(self, run: DoctorRun, settings: CcxtSettings) -> None:
        from connectors.ccxt.examination import Examination

        self._run = run
        self._examination = Examination(settings, run.clock, run.spawner)
        self._is_usable = self._examination.may_sign
        self._opened_looks = (_STREAMS, TRIP) if run.trade else (_STREAMS,)

    async def examine(self) -> None:
        """Look at everything that can be looked at."""
        try:
            await self._by_requests()
            known = self._examination.instruments()
        finally:
            await self._examination.close()
        if self._examination.is_reached:
            await self._by_connector(favourite(known, self._run.platform.desk.account_currency))
            return
        trip = (TRIP,) if self._run.trade else ()
        self._leave((*_BY_REQUEST, *_BY_CONNECTOR, *trip), "the exchange was not reached")

    def _leave(self, names: tuple[str, ...], why: str) -> None:
        for name in names:
            self._run.on_finding(Finding.no_matter(name, why))

    async def _by_requests(self) -> None:
        looks = self._examination
        self._run.on_look(_REACHABILITY)
        self._run.on_finding(await looks.reachability())
        if not looks.is_reached:
            return
        asked = (looks.mode_and_host, looks.clock_skew, looks.markets, looks.credentials, looks.permissions)
        for name, look in zip(_BY_REQUEST, asked, strict=True):
            self._run.on_look(name)
            finding = await look()
            if name in {"credentials", "permissions"} and finding.verdict is Verdict.FAULT:
                self._is_usable = False
            self._run.on_finding(finding)

    async def _by_connector(self, chosen: Instrument | None) -> None:
        run = self._run
        connector = connector_of(run.platform, run.storage, run.clock, run.spawner, run.armed_by)
        run.on_finding(filters(chosen))
        run.on_finding(stops(connector.capabilities))
        run.on_finding(client_ids(connector.capabilities))
        if not self._is_usable or chosen is None:
            self._leave(self._opened_looks, "the account cannot be used as it is")
            return
        heard = Heard()
        connector.subscribe(heard.on_event)
        if connector.market is not None:
            connector.market.subscribe([chosen.symbol], heard.on_price)
        try:
            for name in self._opened_looks:
                run.on_look(name)
                run.on_finding(await self._opened_look(name, connector, chosen, heard))
        finally:
            await connector.close()

    async def _opened_look(
        self, name: str, connector: IAPIConnector, chosen: Instrument, heard: Heard
    ) -> Finding:
        try:
            await connector.open()
        except DeskError as error:
            return Finding.fault(name, str(error), "mend what is named, and look again")
        if name == _STREAMS:
            return await streams(connector, heard, self._run.clock)
        return await round_trip(connector, chosen, self._run.clock)
