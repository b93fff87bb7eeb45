"""`hotline fallback`: the answer for a proxy to give when no process of ours is there to give any."""

from pathlib import Path

import click

from hotline.errors import BadInput
from hotline.services import make_services
from hotline.settings import load_settings


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
def fallback(out: Path | None) -> None:
    """Print the TwiML that apologises to a caller when Hotline is down."""
    from hotline.ivr.fallback import fallback_speech

    house = make_services(load_settings())
    document = house.voice_carrier.render(fallback_speech(house)).body
    if out is None:
        click.echo(document)
        return
    try:
        out.write_text(f"{document}\n", encoding="utf-8")
    except OSError as error:
        raise BadInput("--out", f"cannot write {out}: {error.strerror}") from None
