"""A department's service that can be slow, failing or lying, as its path says; a process of its own."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Moody(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0]
        getattr(self, path.rpartition("/")[2].replace("-", "_"), self.good)()

    do_POST = do_GET

    def good(self):
        size = int(self.headers.get("Content-Length") or 0)
        seen = {name: value for name, value in self.headers.items() if name != "Host"}
        told = {"count": 3, "path": self.path, "headers": seen, "body": self.rfile.read(size).decode()}
        self.say(200, json.dumps(told).encode())

    def slow(self):
        time.sleep(5)

    def dripping(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _place in range(50):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.2)

    def dripping_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _place in range(50):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.2)

    def failing(self):
        self.say(500, b"Traceback: secrets of ours")

    def lying(self):
        self.say(200, b'{"count": "three"}')

    def not_json(self):
        self.say(200, b"<html>", "text/html")

    def moved(self):
        self.send_response(302)
        self.send_header("Location", "http://169.254.169.254/latest/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def endless(self):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65536)

    def cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x")
        self.close_connection = True

    def missing(self):
        self.say(404, b'{"error": "no such person"}')

    def say(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Moody)
    print(server.server_address[1], flush=True)
    sys.stdout.close()
    server.serve_forever()
