"""A look at an account before anything is trusted to it: one step after the other, each told at once."""

from collections.abc import Sequence
from contextlib import suppress

from connectors.ccxt.bare_reads import BareReads
from connectors.ccxt.clock_watch import ClockWatch
from connectors.ccxt.dialect import Dialect
from connectors.ccxt.settings import CcxtSettings, ModeChoice
from desk.contracts.examination import Finding
from desk.contracts.market import Instrument
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import ReadFailed

_MOST_SKEW_MS = 5_000
_NOT_ARMED = "the account is live and not armed, so that no signed request leaves; give --live"


class Examination:
    """Look at one account by requests alone; `close` ends it."""

    def __init__(self, settings: CcxtSettings, clock: Clock, spawner: Spawner) -> None:
        self._settings = settings
        self._clock = clock
        self._bare = BareReads.of(settings, clock, spawner)
        self._watch = ClockWatch(self._bare.reads, [self._bare.exchange], clock)
        self.is_reached = False

    @property
    def may_sign(self) -> bool:
        """Whether what belongs to the account may be read."""
        return self._settings.mode is not ModeChoice.LIVE or self._settings.is_armed

    async def reachability(self) -> Finding:
        """Ask for the markets, which every exchange has: the first answer is worth most."""
        began_ms = self._clock.monotonic_ms()
        try:
            await self._bare.load_markets()
        except ReadFailed as failure:
            remedy = "check the connection, base_url, and whether the exchange is under maintenance"
            return Finding.fault("reachability", str(failure), remedy)
        self.is_reached = True
        took_ms = self._clock.monotonic_ms() - began_ms
        return Finding.ok("reachability", f"{self._settings.exchange} answered in {took_ms} ms")

    async def mode_and_host(self) -> Finding:
        """Tell where signed requests would go."""
        guard = self._bare.workshop.line.guard
        hosts: Sequence[str] = () if guard is None else sorted(guard.signed_to)
        marker = "" if guard is None or guard.marker is None else f", with the header {guard.marker[0]}"
        arming = "" if self.may_sign else ", not armed"
        told = f"{self._settings.mode}{arming}; signed requests go to {', '.join(hosts)}{marker} alone"
        return Finding.ok("mode and host", told)

    async def clock_skew(self) -> Finding:
        """Compare the clocks."""
        try:
            await self._watch.open()
        except ReadFailed as failure:
            return Finding.fault("clock skew", str(failure), "try again; without it requests may be refused")
        skew_ms = self._watch.skew_ms
        if skew_ms is None:
            return Finding.no_matter("clock skew", f"{self._settings.exchange} does not tell its time")
        told = f"the exchange's clock is {skew_ms:+d} ms from this machine's"
        if abs(skew_ms) <= _MOST_SKEW_MS:
            return Finding.ok("clock skew", f"{told}, and requests are corrected by it")
        return Finding.fault("clock skew", told, "set this machine's clock (timedatectl set-ntp true)")

    async def markets(self) -> Finding:
        """Count what can be traded."""
        count, market = len(self._bare.markets.instruments()), self._settings.market
        if count:
            return Finding.ok("markets", f"{count} instruments of {market} with steps and minima")
        remedy = "write another connector.ccxt.market, or another exchange"
        return Finding.fault("markets", f"{self._settings.exchange} lists nothing of {market}", remedy)

    async def credentials(self) -> Finding:
        """Read the balances, which takes a key that this exchange knows in this mode."""
        if not self.may_sign:
            return Finding.no_matter("credentials", _NOT_ARMED)
        try:
            balances = await self._bare.reads.fetch_balances()
        except ReadFailed as failure:
            remedy = f"check api_key and secret: a key of another mode than {self._settings.mode} is unknown"
            return Finding.fault("credentials", str(failure), remedy)
        held = ", ".join(f"{one.total.normalize():f} {one.currency}" for one in balances if one.total)
        return Finding.ok("credentials", f"the key opens an account with {held or 'nothing in it'}")

    async def permissions(self) -> Finding:
        """Ask what the key may do, where the exchange tells."""
        if not self.may_sign:
            return Finding.no_matter("permissions", _NOT_ARMED)
        dialect = self._bare.dialect
        if type(dialect).key_problem is Dialect.key_problem:
            told = f"{self._settings.exchange} is not asked: see there that the key may not withdraw"
            return Finding.no_matter("permissions", told)
        try:
            problem = await self._bare.reads.read(
                "the key's rights", lambda: dialect.key_problem(self._bare.exchange)
            )
        except ReadFailed as failure:
            return Finding.fault("permissions", str(failure), "mend the credentials first")
        if problem is None:
            return Finding.ok("permissions", "the key may trade and may not withdraw")
        what, _, remedy = problem.partition(": ")
        return Finding.fault("permissions", what, remedy or "make another key at the exchange")

    def instruments(self) -> Sequence[Instrument]:
        """Return what can be traded, once the exchange was reached."""
        return self._bare.markets.instruments()

    async def close(self) -> None:
        """Let the connection go."""
        with suppress(OSError):
            await self._bare.close()
