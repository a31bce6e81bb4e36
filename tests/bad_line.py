"""A line that fails: a small TCP proxy that cuts, truncates, delays and refuses as it was told."""

import contextlib
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

FAULTS = ("refused", "request cut", "answer cut", "answer lost", "late")


@dataclass
class Line:
    """Of each hundred connections ``bad`` meet a fault, until ``faults`` were met; ``met`` counts them by name."""

    target: tuple[str, int]
    bad: int = 50
    faults: int = 16
    chance: random.Random = field(default_factory=lambda: random.Random(20261121))
    met: Counter[str] = field(default_factory=Counter)
    whole: int = 0
    listening: socket.socket = field(default_factory=socket.socket)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def fate(self) -> str:
        if sum(self.met.values()) >= self.faults or self.chance.randrange(100) >= self.bad:
            self.whole += 1
            return "whole"
        found = self.chance.choice(FAULTS)
        self.met[found] += 1
        return found

    def accept(self) -> None:
        while True:
            try:
                caller, _address = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(caller, self.fate()), daemon=True).start()

    def carry(self, caller: socket.socket, fate: str) -> None:
        with caller, contextlib.suppress(OSError):
            if fate == "refused":
                self.reset(caller)
                return
            if fate == "late":
                time.sleep(self.chance.uniform(0.2, 1.5))
            with socket.create_connection(self.target, timeout=30) as server:
                self.exchange(caller, server, fate)

    def exchange(self, caller: socket.socket, server: socket.socket, fate: str) -> None:
        """Both ways at once, with a limit on the way that is to break."""
        some = self.chance.randrange(1, 20_000)
        up = threading.Thread(
            target=self.pour, args=(caller, server, some if fate == "request cut" else None), daemon=True
        )
        up.start()
        if fate == "answer lost":
            server.recv(1)
            self.reset(caller)
            return
        self.pour(server, caller, self.chance.randrange(1, 300) if fate == "answer cut" else None)

    def pour(self, source: socket.socket, sink: socket.socket, limit: int | None) -> None:
        left = limit
        with contextlib.suppress(OSError):
            while (data := source.recv(65536)) and left != 0:
                piece = data if left is None else data[:left]
                sink.sendall(piece)
                left = None if left is None else left - len(piece)
            if left == 0:
                self.reset(source)
            sink.shutdown(socket.SHUT_WR)

    @staticmethod
    def reset(one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.shutdown(socket.SHUT_RDWR)  # closing alone does not wake whoever still reads
            one.close()


@contextmanager
def bad_line(port: int) -> Iterator[Line]:
    line = Line(("127.0.0.1", port))
    line.listening.bind(("127.0.0.1", 0))
    line.listening.listen(64)
    threading.Thread(target=line.accept, daemon=True).start()
    try:
        yield line
    finally:
        line.listening.close()
