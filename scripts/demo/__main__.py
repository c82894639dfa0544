"""Writes the demo shop from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from scripts import demo
from scripts.demo.plan import SEED

#: Paragraphs and lists as they are written.
HELP = (demo.__doc__ or "").replace("\n\n", "\n\n\b\n")


@click.command(help=HELP)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@click.option(
    "--size",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.05, 20),
    help="1 is about 1,500 customers and 9,000 orders.",
)
@click.option("--seed", default=SEED, show_default=True, help="Another seed is another shop.")
def main(out: Path, size: float, seed: int) -> None:
    """Write the files of the demo shop, a print house made up from a seed, into a folder."""
    demo.generate(out, size, seed)
    click.echo(f"Wrote the demo shop to {out}.")


if __name__ == "__main__":
    main()
