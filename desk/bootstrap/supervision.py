"""What keeps a living desk alive, or ends it: put together."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desk.bootstrap.assembly import Desk
from desk.bootstrap.settling import is_under_way
from desk.config.platform import Platform
from desk.contracts.ports.time import Rng
from desk.contracts.states import TradingMode
from desk.runtime.connection_watch import ConnectionLimits, ConnectionWatch
from desk.runtime.supervised_connector import ConnectorRenewal
from desk.runtime.supervised_feed import SupervisedFeed
from desk.runtime.supervisor import Disk, Supervisor
from desk.runtime.troubles import TroubleDesk

_BYTES_PER_MB = 1_000_000
_FEED = "platform.feed"


@dataclass(frozen=True, slots=True)
class Supervision:
    """Hold what looks after the desk, and what feeds its core."""

    supervisor: Supervisor
    feed: SupervisedFeed


def supervision(
    desk: Desk, platform: Platform, folder: Path, rng: Rng, log: Callable[[str, str], None]
) -> Supervision:
    """Put together what looks after a desk whose state lies in `folder`; nothing runs yet."""
    parts, risk = desk.core.parts, platform.risk
    silence_ms = risk.max_stream_silence_ms
    limits = ConnectionLimits(silence_ms, risk.max_clock_skew_ms)
    renewal = ConnectorRenewal(
        parts.connector,
        parts.clock,
        parts.spawner,
        rng,
        is_quiet=lambda: not is_under_way(desk),
        settle_ms=silence_ms,
        log=log,
    )
    disk = Disk(lambda: _free_bytes(folder), platform.storage.min_free_mb * _BYTES_PER_MB)
    watch = ConnectionWatch(parts.connector.name, limits, desk.prices.needs)
    troubles = TroubleDesk(parts.execution.state, desk.alarms, _FEED)
    is_recorded = parts.mode is TradingMode.REPLAY
    return Supervision(
        Supervisor(desk.core, watch, renewal, desk.alarms, disk, log),
        SupervisedFeed(desk.core, troubles, rng, silence_ms, log, heals=not is_recorded),
    )


def _free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
