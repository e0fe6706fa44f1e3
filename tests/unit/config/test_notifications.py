"""Addresses of services are secrets: platform.yaml refers to them and never holds one."""

from pathlib import Path

import pytest

from desk.config.notification_settings import NotificationSettings
from desk.config.platform_file import load_platform
from desk.contracts.ports.notifier import NoticeKind
from desk.contracts.problems import InputRefused
from desk.contracts.states import AlarmSeverity
from tests.builders.processes import platform_text


def loaded(tmp_path: Path, block: str) -> NotificationSettings:
    file = tmp_path / "platform.yaml"
    file.write_text(platform_text(tmp_path) + block)
    return load_platform(file, [], {}).platform.notifications


def test_an_address_in_the_file_is_refused_and_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        loaded(tmp_path, "notifications: {urls: ['json://user:canary@host/']}\n")
    told = str(refused.value)
    assert "notifications.urls.0: expected a reference" in told
    assert "env:NAME" in told
    assert "canary" not in told


def test_an_event_that_is_none_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        loaded(tmp_path, "notifications: {events: [alarm]}\n")
    assert "notifications.events.0: unknown value 'alarm'" in str(refused.value)
    assert "'alarms'" in str(refused.value)


def test_without_a_word_nobody_is_told_and_all_but_starts_would_be(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "")
    assert settings.urls == ()
    assert set(NoticeKind) - set(settings.events) == {NoticeKind.STARTS}
    assert settings.least_severity is AlarmSeverity.CRITICAL
