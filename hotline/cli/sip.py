"""`hotline sip`: the menu on a real telephone; calls come in by SIP, from a softphone or a PBX."""

import asyncio
import logging
from pathlib import Path

import click

from hotline.errors import SettingsError
from hotline.logs import set_up_logs
from hotline.prompts.espeak import EspeakVoice
from hotline.settings import load_sip_settings


@click.command()
@click.option("--listen", help="Address and port for SIP over UDP, instead of HOTLINE_SIP_LISTEN.")
@click.option("--rtp-ports", help="First and last port for sound, instead of HOTLINE_SIP_RTP_PORTS.")
@click.option("--http-port", help="Port for recordings, on loopback, instead of HOTLINE_SIP_HTTP_PORT.")
@click.option("--simulator", type=Path, hidden=True, help="Be the demo's simulator as well; its configuration.")
def sip(simulator: Path | None, **options: str | None) -> None:
    """Take calls by SIP and let the menu answer them, until Ctrl-C."""
    set_up_logs()
    for library in ("aiortp", "aiosipua"):  # they warn of every single packet that is not as it should be
        logging.getLogger(library).setLevel(logging.ERROR)
    told = {f"sip_{name}": value for name, value in options.items() if value is not None}
    settings = load_sip_settings(**told)
    try:
        from hotline.sip.gateway import own_exchange, run, whole_simulator
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed: pip install 'hotline[sip]'") from None
    voice = EspeakVoice()
    server = own_exchange(settings) if simulator is None else whole_simulator(settings, simulator)
    asyncio.run(run(settings, voice, server, click.echo))
