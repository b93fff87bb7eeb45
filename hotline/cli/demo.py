"""`hotline demo`."""

import click


@click.command()
@click.option("--check", is_flag=True, help="Play the day alone, verify it, exit 0 or 1.")
def demo(check: bool) -> None:
    """Run the whole product on this machine, with simulated telephones."""
