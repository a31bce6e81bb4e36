"""现况: the wall hears news as it happens, by server-sent events; a bounded number of walls, the others ask by clock.

A stream says only that something happened. Whoever hears it asks for the page again, under his own name and duties.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator

from django.db import close_old_connections, connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from huicheng.ground.api import events, opens_to

NEWS = (
    "exchange.DeliveryReceived",
    "exchange.TablePublished",
    "fusion.FusionFinished",
    "sensing.AlarmsRaised",
)
# A stream holds one of the server's threads for as long as it lives, so half of them may be held.
STREAMS = 4
PAUSE, HEARTBEAT, LIFE = 1.0, 15.0, 300.0
# How often a wall asks that got no stream, in seconds.
FALL_BACK = 60


class Desk:
    """Looks into the log once for all who listen, only while somebody does."""

    def __init__(self) -> None:
        self.turn = threading.Condition()
        self.listeners = 0
        self.mark = ""
        self._looks = False

    def join(self) -> bool:
        """A place among the listeners, unless all are taken."""
        with self.turn:
            if self.listeners >= STREAMS:
                return False
            self.listeners += 1
            if not self._looks:
                self._looks, self.mark = True, newest()
                threading.Thread(target=self._look, name="live", daemon=True).start()
            return True

    def leave(self) -> None:
        with self.turn:
            self.listeners -= 1
            self.turn.notify_all()

    def wait(self, heard: str, *, patience: float) -> str:
        """The mark of the newest news: at once if it is not ``heard``, else when it changes or patience ends."""
        with self.turn:
            self.turn.wait_for(lambda: self.mark != heard, timeout=patience)
            return self.mark

    def _look(self) -> None:
        while True:
            time.sleep(PAUSE)
            try:
                now = _newest_and_let_go()
            except Exception:  # the database may be away for a moment; the next look finds what was missed
                now = self.mark
            with self.turn:
                if not self.listeners:
                    self._looks = False
                    break
                if now != self.mark:
                    self.mark = now
                    self.turn.notify_all()
        connections.close_all()


def _newest_and_let_go() -> str:
    """The newest mark, for a thread no request cleans up after."""
    try:
        return newest()
    finally:
        close_old_connections()


DESK = Desk()


def newest() -> str:
    """A mark of the last event of each kind of news; it tells nothing but that something came."""
    last = [one.id for kind in NEWS for one in events(kind=kind, limit=1)]
    return hashlib.sha256(" ".join(last).encode()).hexdigest()[:16]


@opens_to("official")
def stream(request: HttpRequest) -> HttpResponseBase:
    """Ends after a few minutes; the browser comes back by itself, and is asked again who it is."""
    if not DESK.join():
        # 204 tells an EventSource not to come back; the page then asks by the clock.
        return HttpResponse(status=204)
    # A browser that comes back says what it heard last, a page what was newest when it was written.
    seen = request.headers.get("Last-Event-ID") or request.GET.get("seen", "")
    response = StreamingHttpResponse(Stream(DESK, seen), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


class Stream:
    """The lines of one stream; its place is given back however it ends, even if nobody ever read a line."""

    def __init__(self, desk: Desk, seen: str = "") -> None:
        self.desk = desk
        self.seen = seen
        self.lines = self._lines()
        self._left = threading.Lock()

    def __iter__(self) -> Iterator[bytes]:
        return self.lines

    def close(self) -> None:
        if self._left.acquire(blocking=False):
            self.desk.leave()

    def _lines(self) -> Iterator[bytes]:
        # A connection to the database is not held for minutes by one who only waits.
        connections.close_all()
        end, heard = time.monotonic() + LIFE, self.seen or self.desk.mark
        try:
            yield f"retry: 5000\nid: {self.desk.mark}\n\n".encode()
            while time.monotonic() < end:
                now = self.desk.wait(heard, patience=HEARTBEAT)
                yield (
                    b": still here\n\n"
                    if now == heard
                    else f"id: {now}\nevent: news\ndata: news\n\n".encode()
                )
                heard = now
        finally:
            self.close()
