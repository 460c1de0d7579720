"""The child of calendars.py: Radicale over a folder of its own, one thread per request.

Says its address in one line; the end of its input is its end.
"""

import sys
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

sys.path.append(sys.argv[1])

from radicale import Application, config  # beside the product, not in .venv


class Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


settings = config.load()
settings.update(
    {
        "auth": {
            "type": "htpasswd", "htpasswd_filename": sys.argv[3],
            "htpasswd_encryption": "plain", "delay": "0",
        },
        "storage": {"filesystem_folder": sys.argv[2]},
        "logging": {"level": "critical"},
    },
    "the test",
)  # fmt: skip
server = make_server("127.0.0.1", 0, Application(settings), Threaded, Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
sys.stdin.read()
