"""`desk emergency-exit`: out of everything, by the desk; without it, where it does not answer."""

import asyncio
from dataclasses import dataclass, field, replace

from desk.cli import flatten
from desk.cli.options import DeskOptions
from desk.cli.output import ExitCode, complain, say, say_json
from desk.cli.reaching import storage_of, typed
from desk.config.storage import StorageLayout
from desk.contracts.commands import EmergencyExit
from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import RefusedByState
from desk.contracts.snapshot import ExitProgress, ExitStep, Snapshot
from desk.control.connecting import connected
from desk.control.socket_client import ANSWERS_WITHIN_S, SocketClient
from desk.runtime.clock import WallClock
from desk.ui.viewmodels.numbers import number

_ACKNOWLEDGES_WITHIN_S = 1
_LOOK_EVERY_MS = 200
_LOST_FOR_MS = 10_000
"""A desk that cannot be seen for this long while it leaves is not waited for any more."""

_NOT_FLAT = "NOT FLAT"


class _NotTaken(Exception):
    """The desk did not take the exit: it must be done without it."""


def command(options: DeskOptions, reason: str | None) -> int:
    """Leave everything; the exit code says whether it is confirmed flat."""
    storage = storage_of(options)
    order = EmergencyExit() if reason is None else EmergencyExit(reason)
    try:
        return _ladder(_Leaving(storage, options, order, is_meant=options.yes))
    except KeyboardInterrupt:
        complain("desk: the exit goes on where it was begun; see `desk status`")
        return ExitCode.FAILED


def _ladder(leaving: "_Leaving") -> int:
    """Ask the desk, then leave without it; where that is refused because it lives, wait for it longer."""
    try:
        return asyncio.run(leaving.leave(_ACKNOWLEDGES_WITHIN_S))
    except _NotTaken as why:
        complain(f"desk: {why}: starting desk flatten")
    try:
        return flatten.command(replace(leaving.options, yes=leaving.is_meant), all_balances=False)
    except RefusedByState as refusal:
        complain(f"desk: {refusal}")
        complain("desk: so the desk is asked once more, with patience")
        try:
            return asyncio.run(leaving.leave(ANSWERS_WITHIN_S))
        except _NotTaken as why:
            raise RefusedByState(f"nothing was left: {why}; {refusal}") from why


@dataclass
class _Leaving:
    """One exit as it is followed from outside."""

    storage: StorageLayout
    options: DeskOptions
    order: EmergencyExit
    is_meant: bool
    told: dict[str, str] = field(default_factory=dict)

    async def leave(self, within_s: int) -> int:
        """Name, ask, fire and follow; raises _NotTaken where the desk does not answer within that time."""
        async with connected(self.storage) as client:
            self.is_meant = self.is_meant or await self._is_confirmed(client, within_s)
            if not self.is_meant:
                complain("desk: nothing was done (--yes asks nothing)")
                return ExitCode.REFUSED
            flow_id = await self._fired(client, within_s)
            return self._verdict(await self._followed(client, flow_id))

    async def _is_confirmed(self, client: SocketClient, within_s: int) -> bool:
        try:
            async with asyncio.timeout(within_s):
                seen = await client.snapshot()
        except (DeskUnreachable, TimeoutError) as error:
            raise _NotTaken(_why(error, within_s)) from error
        for line in _named(seen):
            complain(line)
        return typed("Leave all of it? [y/N]").lower() in {"y", "yes"}

    async def _fired(self, client: SocketClient, within_s: int) -> str | None:
        try:
            async with asyncio.timeout(within_s):
                outcome = await client.execute(self.order)
        except (DeskUnreachable, TimeoutError) as error:
            raise _NotTaken(_why(error, within_s)) from error
        self._say(outcome.message)
        if not outcome.accepted:
            raise _NotTaken("the desk refused the exit")
        return outcome.flow_id

    async def _followed(self, client: SocketClient, flow_id: str | None) -> ExitProgress:
        clock = WallClock()
        seen_at_ms = clock.monotonic_ms()
        while True:
            try:
                progress = _progress(await client.snapshot(), flow_id)
            except DeskUnreachable as error:
                if clock.monotonic_ms() - seen_at_ms > _LOST_FOR_MS:
                    raise _NotTaken(f"the desk was lost on its way out: {error}") from error
            else:
                seen_at_ms = clock.monotonic_ms()
                if progress is not None:
                    self._tell(progress)
                    if progress.is_over:
                        return progress
            await clock.sleep_ms(_LOOK_EVERY_MS)

    def _tell(self, progress: ExitProgress) -> None:
        """Write what changed since the last look."""
        for line in progress.lines:
            left = "" if line.step is ExitStep.FLAT else f", {number(line.size_base)} left"
            again = f", attempt {line.attempts}" if line.attempts > 1 else ""
            why = f": {line.reason}" if line.reason else ""
            told = f"{line.symbol} {line.side} {line.trade_id}: {line.step}{left}{again}{why}"
            if self.told.get(line.trade_id) != told:
                self.told[line.trade_id] = told
                self._say(f"{progress.elapsed_ms / 1000:6.1f} s  {told}")

    def _verdict(self, progress: ExitProgress) -> int:
        if self.options.json:
            say_json(
                {
                    "by": "desk",
                    "word": progress.word,
                    "flow_id": progress.flow_id,
                    "elapsed_ms": progress.elapsed_ms,
                    "rounds": progress.rounds,
                    "remains": list(progress.remains),
                }
            )
        else:
            for remains in progress.remains:
                say(f"left: {remains}")
            say(f"{progress.word} after {progress.elapsed_ms / 1000:.1f} s")
        return ExitCode.NOT_FLAT if progress.word == _NOT_FLAT else ExitCode.DONE

    def _say(self, text: str) -> None:
        """Write progress: beside the answer where that is one JSON object."""
        (complain if self.options.json else say)(text)


def _progress(seen: Snapshot, flow_id: str | None) -> ExitProgress | None:
    """Return how far an exit came; one that ended beside another is known by the end of its flow."""
    progress = seen.exit
    if progress is None or progress.flow_id == flow_id:
        return progress
    ended = next((one for one in seen.terminations if one.flow_id == flow_id), None)
    if ended is None:
        return None
    remains = (ended.reason,) if ended.final_state == _NOT_FLAT else ()
    return replace(progress, flow_id=ended.flow_id, word=ended.final_state, remains=remains, lines=())


def _named(seen: Snapshot) -> list[str]:
    """Name everything that will be left, and where."""
    positions = [
        f"  close {one.position.side} {number(one.position.size_base)} {one.position.symbol} "
        f"({one.position.trade_id})"
        for one in seen.positions
    ]
    orders = [
        f"  cancel {one.side} {number(one.size_base.value)} {one.symbol} {one.leg} ({one.client_order_id})"
        for one in seen.orders
    ]
    head = f"{seen.desk_id} on {seen.mode} ({seen.health.connector_name}), {seen.state}:"
    return [head, *positions, *orders] if positions or orders else [f"{head} nothing is open"]


def _why(error: Exception, within_s: int) -> str:
    return str(error) or f"the desk did not answer within {within_s} s"
