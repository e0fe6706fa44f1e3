"""The side of execution that listens to the venue and asks it."""

from dataclasses import dataclass

from desk.execution.adoption import PositionAdoption
from desk.execution.balance_alarm import BalanceAlarm
from desk.execution.client_ids import desk_prefix
from desk.execution.external import ExternalBook
from desk.execution.missing_fills import Intake, MissingFills
from desk.execution.order_comparison import OrderComparison
from desk.execution.ports import ExecutionPorts
from desk.execution.reading import VenueReader
from desk.execution.reconciliation import Reconciliation
from desk.execution.resolver import OutcomeResolver
from desk.execution.standing_orders import StandingOrders
from desk.execution.unprovable import Unprovable
from desk.execution.venue_events import VenueEventIntake


@dataclass(frozen=True, slots=True)
class VenueSide:
    """Hold what clears up outcomes, takes the venue's events, compares, and asks for lost fills."""

    resolver: OutcomeResolver
    intake: VenueEventIntake
    reconciliation: Reconciliation
    missing: MissingFills


def venue_side(ports: ExecutionPorts, standing: StandingOrders) -> VenueSide:
    """Build what listens to the venue and asks it."""
    reader = venue_reader(ports)
    resolver = OutcomeResolver(
        reader=reader,
        ledger=ports.ledger,
        recorder=ports.recorder,
        clock=ports.clock,
        spawner=ports.spawner,
        bus=ports.bus,
        on_unprovable=Unprovable(ports.state, ports.alarms).on_unprovable,
    )
    prefix = desk_prefix(ports.settings.desk_id)
    adoption = PositionAdoption(ports.recorder, ports.ledger, ports.view, ports.clock)
    intake = _intake(ports, adoption, prefix)
    orders = OrderComparison(
        reader=reader,
        ledger=ports.ledger,
        clock=ports.clock,
        intake=intake,
        resolver=resolver,
        alarms=ports.alarms,
        cancel=standing.cancel_foreign,
        own_prefix=prefix,
    )
    reconciliation = Reconciliation(
        reader=reader,
        alarms=ports.alarms,
        recorder=ports.recorder,
        ledger=ports.ledger,
        clock=ports.clock,
        intake=intake,
        orders=orders,
        adoption=adoption,
        balance_alarm=BalanceAlarm(ports.ledger, ports.view, ports.alarms),
        state=ports.state,
        desk_id=ports.settings.desk_id,
    )
    words = Intake(intake.take_fill, intake.take_order)
    missing = MissingFills(reader, ports.ledger, ports.clock, ports.spawner, words)
    return VenueSide(resolver, intake, reconciliation, missing)


def _intake(ports: ExecutionPorts, adoption: PositionAdoption, own_prefix: str) -> VenueEventIntake:
    return VenueEventIntake(
        recorder=ports.recorder,
        ledger=ports.ledger,
        view=ports.view,
        clock=ports.clock,
        bus=ports.bus,
        external=ExternalBook(ports.recorder, ports.ledger, ports.clock, ports.ids, own_prefix),
        adoption=adoption,
    )


def venue_reader(ports: ExecutionPorts) -> VenueReader:
    """Return what reads the venue for one part."""
    return VenueReader(ports.connector, ports.settings, ports.clock)
