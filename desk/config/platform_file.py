"""platform.yaml with its layers: read, validated, and checked across its sections."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from desk.config.connector_faults import Fault, connector_faults, feed_faults
from desk.config.document import Document
from desk.config.faults import validated
from desk.config.layers import overlaid, settings_from_environment, settings_from_options
from desk.config.platform import Platform
from desk.config.yaml_loader import load_document
from desk.contracts.problems import InputRefused


@dataclass(frozen=True, slots=True)
class PlatformFile:
    """Hold the valid platform, and where each of its values was written."""

    platform: Platform
    document: Document


def load_platform(path: Path, settings: Iterable[str], environment: Mapping[str, str]) -> PlatformFile:
    """Read platform.yaml, lay `DESK__…` variables and then `--set` texts over it, and check the whole.

    Raises InputRefused with every fault.
    """
    layers = [*settings_from_environment(environment), *settings_from_options(settings)]
    return validate_platform(overlaid(load_document(path), layers))


def validate_platform(document: Document) -> PlatformFile:
    """Check a platform as read; raises InputRefused with every fault."""
    platform = validated(document, Platform)
    problems = [document.problem(path, what, remedy) for path, what, remedy in _faults(platform)]
    if problems:
        raise InputRefused(*problems)
    return PlatformFile(platform, document)


def _faults(platform: Platform) -> Iterator[Fault]:
    yield from connector_faults(platform)
    yield from feed_faults(platform)
    symbols = [instrument.symbol for instrument in platform.instruments]
    yield from _repeated(symbols, "instruments", "symbol")
    yield from _repeated([schedule.name for schedule in platform.schedule], "schedule", "name")
    retry = platform.orchestration.plan_execution.retry_policy
    if not retry.initial_delay_ms <= retry.max_delay_ms:
        what = f"{retry.max_delay_ms} is below initial_delay_ms {retry.initial_delay_ms}"
        yield ("orchestration", "plan_execution", "retry_policy", "max_delay_ms"), what, "raise it"


def _repeated(names: list[str], section: str, key: str) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (section, index, key), f"{name} is declared twice", "keep one of the two"
