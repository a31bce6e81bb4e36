"""A server in this process: it says what it is told to say, and keeps what was sent to it."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command == "POST":
            self.server.came.append(sent)
        status, body = self.server.says
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    do_HEAD = do_POST = do_GET

    def log_message(self, *_words): ...


@contextmanager
def listening():
    found = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    found.says, found.came = (200, b"{}"), []
    found.url = f"http://127.0.0.1:{found.server_port}"
    threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield found
    finally:
        found.shutdown()
        found.server_close()
