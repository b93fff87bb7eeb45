"""`hotline sip`: the menu on a real telephone; calls come in by SIP, from a softphone or a PBX."""

import asyncio
import logging

import click

from hotline.errors import SettingsError
from hotline.logs import set_up_logs
from hotline.prompts.espeak import EspeakVoice
from hotline.settings import load_sip_settings


@click.command()
@click.option("--listen", help="Address and port for SIP over UDP, instead of HOTLINE_SIP_LISTEN.")
@click.option("--rtp-ports", help="First and last port for sound, instead of HOTLINE_SIP_RTP_PORTS.")
def sip(listen: str | None, rtp_ports: str | None) -> None:
    """Take calls by SIP and let the menu answer them, until Ctrl-C."""
    set_up_logs()
    for library in ("aiortp", "aiosipua"):  # they warn of every single packet that is not as it should be
        logging.getLogger(library).setLevel(logging.ERROR)
    told = {"sip_listen": listen, "sip_rtp_ports": rtp_ports}
    settings = load_sip_settings(**{name: value for name, value in told.items() if value is not None})
    try:
        from hotline.sip.gateway import run
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed: pip install 'hotline[sip]'") from None
    asyncio.run(run(settings, EspeakVoice(), click.echo))
