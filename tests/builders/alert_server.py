"""An HTTP server that takes what apprise posts to json://127.0.0.1:PORT, or refuses, or hangs."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue

_WITHIN_S = 30

Posted = dict[str, str]


@dataclass
class AlertServer:
    """What was posted, in order; `status` is the answer, and nothing is answered until `answers` is set."""

    port: int
    taken: Queue[Posted] = field(default_factory=Queue)
    status: int = 200
    answers: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Its address for apprise, with a secret in it."""
        return f"json://teller:canary-password@127.0.0.1:{self.port}/canary-token"

    def next(self, within_s: float = _WITHIN_S) -> Posted:
        """Wait for the next message."""
        return self.taken.get(timeout=within_s)

    def others(self) -> list[Posted]:
        """Return the messages that came besides."""
        found = []
        while True:
            try:
                found.append(self.taken.get_nowait())
            except Empty:
                return found


@contextmanager
def alert_server() -> Iterator[AlertServer]:
    """Serve on a free port; on the way out whoever hangs is answered."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            alerts.taken.put(json.loads(self.rfile.read(size)))
            alerts.answers.wait()
            self.send_response(alerts.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        alerts = AlertServer(server.server_address[1])
        alerts.answers.set()
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield alerts
        finally:
            alerts.answers.set()
            server.shutdown()
            thread.join()
