"""Where a RecordingUrl leads: what callers said, on loopback, for who knows the account's token, as at Twilio."""

from flask import Flask, Response, g
from werkzeug.serving import make_server

from hotline.simulator.rest import API, RestError, authenticate, fetch_recording, refuse
from hotline.simulator.server import QuietHandler, SimulatorServer
from hotline.simulator.simulator import EXTENSION, Simulator


def serve_recordings(simulator: Simulator) -> SimulatorServer:
    """Serve them, and nothing else of that API, on a free port, which every RecordingUrl then names.

    Closing it closes the simulator, too.
    """
    app = Flask(__name__, static_folder=None)
    app.extensions[EXTENSION] = simulator
    app.register_error_handler(RestError, refuse)

    @app.get(f"{API}/Accounts/<account_sid>/Recordings/<name>")
    def recording(account_sid: str, name: str) -> Response:
        g.account_sid = account_sid
        authenticate(simulator)
        return fetch_recording(name)

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    return SimulatorServer(app, server).start()
