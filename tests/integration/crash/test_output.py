"""What a desk shows, it shows at once; whoever reads may go away, and the disk of the log may be full."""

import signal
import subprocess
from pathlib import Path

from desk.config.storage import StorageLayout
from tests.builders.processes import DeskProcess, command
from tests.builders.promises import broken_at_any_time


def flows_ended(log: Path) -> int:
    return log.read_text(encoding="utf-8").count("flow_ended")


def test_a_desk_outlives_who_reads_it(tmp_path: Path) -> None:
    state = StorageLayout(tmp_path / "state")
    words = tmp_path / "words.txt"
    line = command(tmp_path, "daemon")
    with words.open("wb") as err:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=err)
    with DeskProcess(process, tmp_path / "nowhere", words) as desk:
        assert process.stdout is not None
        assert b'"directive"' in process.stdout.readline()
        process.stdout.close()
        desk.lives_until(lambda: flows_ended(state.log) > 3)
        process.send_signal(signal.SIGTERM)
        assert desk.ends_within(5) == 0
    assert broken_at_any_time(state) == []
    log = state.log.read_text(encoding="utf-8")
    assert log.count("nobody reads") == 1
    assert "failed" not in log
