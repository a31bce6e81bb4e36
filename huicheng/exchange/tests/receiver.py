"""A receiver of webhooks in a process of its own, that behaves as a file beside it says; it writes down what came."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

folder = Path(sys.argv[1])


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        how = (folder / "how").read_text().split() if (folder / "how").exists() else []
        status = int(how[0]) if how else 204
        with (folder / "came").open("a") as came:
            came.write(json.dumps({"headers": dict(self.headers), "body": body, "status": status}) + "\n")
        if len(how) > 1:
            time.sleep(float(how[1]))
        self.send_response(status)
        if status in (301, 302, 307):
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None: ...


server = HTTPServer(("127.0.0.1", int(sys.argv[2])), Receiver)
(folder / "port").write_text(str(server.server_port))
server.serve_forever()
