"""`desk flatten` put together: an own connector on the desk's account, and neither desk nor journal."""

import asyncio
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from connectors.paper.connector import PaperConnector
from desk.bootstrap.feeds import feed_of_now
from desk.bootstrap.lock import desk_lock, holder
from desk.bootstrap.refused_key import refused_key
from desk.bootstrap.settings import execution_settings
from desk.bootstrap.venue import connector_of
from desk.config.arming import arming_phrase
from desk.config.platform import Platform
from desk.config.platform_file import PlatformFile
from desk.config.storage import StorageLayout
from desk.contracts.execution import ExecutionDirective
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused, KeyRefused, Problem, ReadFailed, RefusedByState
from desk.control.latch_file import leaving, write_latch
from desk.execution.emergency_exit import ExitResult
from desk.execution.flatten import Flattener, FlattenPorts
from desk.execution.holdings import AccountReader, Holdings
from desk.execution.reading import VenueReader
from desk.runtime.clock import WallClock
from desk.runtime.ids import SystemIds
from desk.runtime.tasks import TaskSupervisor

_FIRST_PRICE_WITHIN_S = 10
_END_WITHIN_MS = 1_000
_REACHED_AGAIN_AFTER_MS = (500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000)
_SEQUENCE_BITS = 32


@dataclass(frozen=True, slots=True)
class FlattenRun:
    """Say whose account is flattened, how far, and who is asked and told.

    `is_meant` is given what will be left, and answers whether to go on.
    """

    platform_file: PlatformFile
    storage: StorageLayout
    all_balances: bool
    is_meant: Callable[[Sequence[str]], bool]
    tell: Callable[[str], None]
    clock: Clock = field(default_factory=WallClock)

    @property
    def platform(self) -> Platform:
        """The platform whose account it is."""
        return self.platform_file.platform


async def flatten(run: FlattenRun) -> ExitResult | None:
    """Leave everything and verify it; None where it was not meant.

    Raises RefusedByState while a desk holds a paper account, InputRefused where there is none or the key is
    not taken. An account at an exchange is left beside a desk that hangs on it: what that desk could still do
    is no new risk. A key that may withdraw is told, and used: a right too many keeps nobody in.
    """
    is_paper = run.platform.connector.name == "paper"
    if is_paper:
        _refuse_what_is_not_there(run)
    run.storage.create()
    supervisor = TaskSupervisor(lambda name, error: run.tell(f"{name} failed: {error}"))
    with desk_lock(run.storage) if is_paper else nullcontext():
        try:
            return await _Flattening(run, supervisor).carried_out()
        finally:
            await supervisor.stop(_END_WITHIN_MS)


def _refuse_what_is_not_there(run: FlattenRun) -> None:
    """Refuse a paper account that is a rehearsal, does not exist, or is held by its desk."""
    storage = run.storage
    if run.platform.feed.name == "replay":
        message = f"{storage.folder} is a rehearsal on recorded prices: nothing there can be left by hand"
        raise RefusedByState(message)
    if not storage.account.is_file():
        remedy = "name the desk's own platform file by --platform"
        raise InputRefused(Problem(str(storage.account), None, "", "there is no paper account", remedy))
    process = holder(storage)
    if process is not None:
        message = (
            f"a desk (process {process}) lives in {storage.folder} and holds the account: "
            f"`desk emergency-exit` leaves by it; where it hangs, `kill -9 {process}` and flatten again"
        )
        raise RefusedByState(message)


class _Flattening:
    """Hold one flattening of one account."""

    def __init__(self, run: FlattenRun, supervisor: TaskSupervisor) -> None:
        self._run = run
        self._clock = run.clock
        armed_by = arming_phrase(run.platform)  # leaving takes no risk: it needs no more than to be meant
        self._has_warned = False
        self._connector = connector_of(
            run.platform, run.storage, run.clock, supervisor, armed_by, self._warn_of_key
        )
        self._paper = self._connector if isinstance(self._connector, PaperConnector) else None

    async def carried_out(self) -> ExitResult | None:
        """Open, look, ask, latch, leave, and write down how it ended."""
        try:
            account, holdings = await self._reached()
            if not self._run.is_meant(holdings.words()):
                return None
            flattener = Flattener(self._ports(account))
            reason = f"flattened by desk flatten (process {os.getpid()}) at {_iso(self._clock.now_ms())}"
            directive = flattener.directive(holdings, reason)
            with leaving(self._run.storage.latch):
                self._latch(f"{reason}: not yet finished", directive)
                if self._paper is not None:
                    await self._know_prices(holdings, self._paper)
                result = await flattener.run(directive)
                left = f", left: {'; '.join(result.remains)}" if result.remains else ""
                self._latch(f"{reason}: {result.word}{left}", directive)
            return result
        finally:
            await self._connector.close()

    def _warn_of_key(self, what: str) -> None:
        """Tell once of a key that a desk would refuse; it is used all the same."""
        if not self._has_warned:
            self._has_warned = True
            self._run.tell(f"{what}; flatten goes on with it")

    async def _reached(self) -> tuple[AccountReader, Holdings]:
        """Reach the venue and look, again and again for half a minute; raises ReadFailed after that.

        Raises InputRefused at once where it does not take the key.
        """
        try:
            return await self._reached_in_time()
        except KeyRefused as refused:
            raise refused_key(self._run.platform_file, refused) from None

    async def _reached_in_time(self) -> tuple[AccountReader, Holdings]:
        for pause_ms in _REACHED_AGAIN_AFTER_MS:
            try:
                return await self._looked()
            except KeyRefused:
                raise
            except ReadFailed as failure:
                self._run.tell(f"the venue cannot be reached yet: {failure}")
                await self._clock.sleep_ms(pause_ms)
        return await self._looked()

    async def _looked(self) -> tuple[AccountReader, Holdings]:
        await self._connector.open()
        account = await self._account()
        return account, await account.holdings()

    async def _account(self) -> AccountReader:
        platform = self._run.platform
        return AccountReader(
            reader=VenueReader(self._connector, execution_settings(platform), self._clock),
            instruments={one.symbol: one for one in await self._connector.fetch_instruments()},
            kinds=self._connector.capabilities.market_kinds,
            desk_id=platform.desk.id,
            account_currency=platform.desk.account_currency,
            all_balances=self._run.all_balances,
            price_of=self._price,
        )

    def _ports(self, account: AccountReader) -> FlattenPorts:
        settings = execution_settings(self._run.platform)
        return FlattenPorts(
            self._connector, account, self._clock, SystemIds(self._clock), settings, self._run.tell
        )

    def _latch(self, reason: str, directive: ExecutionDirective) -> None:
        """Leave the latch; a disk that takes no file stands in nobody's way out."""
        details = {"time_ms": self._clock.now_ms(), "directive": directive.model_dump(mode="json")}
        try:
            write_latch(self._run.storage.latch, reason, details)
        except OSError as error:
            what = f"{self._run.storage.latch} cannot be written ({error.strerror}): no desk is latched by it"
            self._run.tell(what)

    def _price(self, symbol: str) -> Decimal | None:
        tick = None if self._paper is None else self._paper.last_tick(symbol)
        return None if tick is None else tick.price

    async def _know_prices(self, holdings: Holdings, paper: PaperConnector) -> None:
        """Say at which price each holding is closed; where the account knows none, wait for the feed's first.

        A paper exchange fills at the last price it saw, and has none of its own.
        """
        symbols = list(dict.fromkeys(one.symbol for one in holdings.held))
        for symbol in symbols:
            tick = paper.last_tick(symbol)
            if tick is not None:
                age_s = (self._clock.now_ms() - tick.time_ms) // 1000
                self._run.tell(f"{symbol} stands at {tick.price:f}, the account's last price, {age_s} s old")
        missing = [symbol for symbol in symbols if paper.last_tick(symbol) is None]
        if missing:
            with suppress(TimeoutError):
                async with asyncio.timeout(_FIRST_PRICE_WITHIN_S):
                    await self._first_prices(dict.fromkeys(missing), paper)

    async def _first_prices(self, missing: dict[str, None], paper: PaperConnector) -> None:
        first_sequence = secrets.randbits(_SEQUENCE_BITS)
        platform = self._run.platform
        feed = feed_of_now(platform, self._clock, first_sequence, self._connector, self._run.tell)
        async for tick in feed.ticks():
            if tick.symbol in missing:
                del missing[tick.symbol]
                paper.observe(tick)
                self._run.tell(
                    f"{tick.symbol} stands at {tick.price:f}, the {platform.feed.name} feed's first"
                )
            if not missing:
                await feed.close()
                return


def _iso(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms // 1000, UTC).isoformat().replace("+00:00", "Z")
