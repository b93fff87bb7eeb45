"""Where a RecordingUrl leads: what callers said, on loopback, for who knows the account's token, as at Twilio."""

from collections.abc import Callable

from flask import Flask, g
from flask.typing import ResponseReturnValue
from werkzeug.serving import make_server

from hotline.simulator import SimulatorConfig, SimulatorServer
from hotline.simulator.rest import API, RestError, authenticate, refuse
from hotline.simulator.rest_recordings import delete_recording, fetch_recording
from hotline.simulator.server import QuietHandler
from hotline.simulator.simulator import EXTENSION, Simulator


def serve_recordings(config: SimulatorConfig, port: int) -> SimulatorServer:
    """A simulator of which only the recordings are served, to be fetched and erased. Raises OSError."""
    app = Flask(__name__, static_folder=None)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    simulator = app.extensions[EXTENSION] = Simulator(config)
    app.register_error_handler(RestError, refuse)

    def admitted(answer: Callable[[str], ResponseReturnValue]) -> Callable[[str, str], ResponseReturnValue]:
        def view(account_sid: str, name: str) -> ResponseReturnValue:
            g.account_sid = account_sid
            authenticate(simulator)
            return answer(name)

        return view

    path = f"{API}/Accounts/<account_sid>/Recordings/<name>"
    app.add_url_rule(path, "fetch", admitted(fetch_recording), methods=["GET"])
    app.add_url_rule(path, "erase", admitted(delete_recording), methods=["DELETE"])
    return SimulatorServer(app, server).start()
