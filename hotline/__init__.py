"""Hotline: the SMS and telephone rating bot of a 好差评 system."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from hotline.clock import Clock
    from hotline.settings import Settings

__version__ = "0.1.0"


def create_app(settings: "Settings | None" = None, clock: "Clock | None" = None) -> "Flask":
    """The web application, from the environment's settings unless given. Raises SettingsError."""
    from hotline.web import make_app

    return make_app(settings, clock)
