"""The simulator's page: phones, inspector and nasty switches on one screen at /simulator/.
The shell is rendered here; everything that moves is fetched by the scripts in static/ from the control API.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

page = Blueprint(
    "page",
    __name__,
    url_prefix="/simulator",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

CONTENT_SECURITY_POLICY = "default-src 'self'; frame-ancestors http://127.0.0.1:* http://localhost:*"


@page.get("/")
def show() -> str:
    """The page; with ?embed=1 only the phones, to be framed by another page on this machine."""
    return render_template("simulator.html", embedded=request.args.get("embed") == "1")


@page.after_request
def harden(response: Response) -> Response:
    """Allow nothing but our own files, and framing from this machine only."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    # Scripts are edited and reloaded while a simulator runs: revalidate, the ETag keeps that cheap.
    response.headers["Cache-Control"] = "no-cache"
    return response
