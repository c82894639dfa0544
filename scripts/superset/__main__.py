"""Shows the marts in Apache Superset: dashboards for owner, marketing, sales manager and data quality.

They read the published DuckDB file, or PostgreSQL as `make postgres` has loaded it. A new publication is seen
by the next query.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import click

from scripts.errors import LadderError, UsageError
from scripts.intake import PROJECT
from scripts.superset.bundle import address, contents, declared, zipped

HOST = "127.0.0.1"
USER = "admin"
START_SECONDS = 180
THREADS = 8


@click.group(help=__doc__)
def main() -> None:
    """Make the bundle or serve it."""


_warehouse = click.option(
    "--warehouse",
    default="output/warehouse.duckdb",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The published DuckDB file.",
)
_dsn = click.option(
    "--dsn",
    envvar="DSN",
    help="PostgreSQL instead: postgresql://user:password@host/name. Or by the environment variable DSN.",
)


@main.command()
@_warehouse
@_dsn
@click.option(
    "--to",
    default="output/superset.zip",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The file to write; one that is there is replaced.",
)
def bundle(warehouse: Path, dsn: str | None, to: Path) -> None:
    """Write the bundle for a Superset of yours: superset import-dashboards -p <file> -u <user>.

    A password in the DSN is left out; give it to the database there.
    """
    try:
        to.write_bytes(zipped(contents(address(warehouse, dsn))))
    except (LadderError, OSError) as error:
        _stop(error)
    click.echo(f"Wrote {to}.")


@main.command()
@_warehouse
@_dsn
@click.option(
    "--home",
    default="output/superset",
    show_default=True,
    type=click.Path(path_type=Path),
    help="What Superset keeps: users, what you have changed, its log.",
)
@click.option("--port", envvar="PORT", default=8088, show_default=True, help="Or by the variable PORT.")
@click.option(
    "--password",
    envvar="PASSWORD",
    help="Of the user admin, or by the variable PASSWORD; without one, one is made up and kept in the home.",
)
def serve(warehouse: Path, dsn: str | None, home: Path, port: int, password: str | None) -> None:
    """Start Superset on this machine with the dashboards, until Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        files = contents(address(warehouse, dsn or None), with_password=True)
        if _is_taken(port):
            raise UsageError(f"Port {port} is taken; give another: make superset PORT=8089.")
        password = _furnish(home, password or None)
        click.echo("Preparing Superset ...")
        _prepare(home, password, zipped(files, "assets"))
        _serve(home, port, password)
    except (LadderError, OSError) as error:
        _stop(error)
    except KeyboardInterrupt:
        click.echo("\nStopped.")


def environment(home: Path) -> dict[str, str]:
    """Return the environment of every command of Superset that is to work in this home."""
    return os.environ | {
        "FLASK_APP": "superset",
        "SUPERSET_CONFIG_PATH": str(Path(__file__).with_name("config.py")),
        "SUPERSET_HOME": str(home.absolute()),
        "SCARF_ANALYTICS": "false",
        "PYTHONWARNINGS": "ignore",
    }


def _furnish(home: Path, password: str | None) -> str:
    """Make the home; return the password, made up and kept where none was given."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _keep(home / "secret_key", None)
    return _keep(home / "password", password)


def _keep(path: Path, given: str | None) -> str:
    """Return what a file for its owner alone holds: what is given, or a secret made up once."""
    if given or not path.exists():
        path.touch(mode=0o600)
        path.write_text(given or secrets.token_urlsafe(24), "utf-8")
    return path.read_text("utf-8")


def _prepare(home: Path, password: str, bundle: bytes) -> None:
    log = home / "prepare.log"
    with log.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "scripts.superset.prepare"],
            cwd=PROJECT,
            env=environment(home) | {"SUPERSET_USER": USER, "SUPERSET_PASSWORD": password},
            input=bundle,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise LadderError(f"Superset could not be prepared; see {log}.")


def _serve(home: Path, port: int, password: str) -> None:
    log = home / "superset.log"
    with log.open("ab") as output:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}"),
                *(
                    "--threads",
                    str(THREADS),
                    "--timeout",
                    "120",
                    "--graceful-timeout",
                    "3",
                    "--no-control-socket",
                ),
                "superset.app:create_app()",
            ],
            cwd=home,
            env=environment(home),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(server, port, log)
        click.echo(f"Superset is at http://{HOST}:{port}  (user {USER}, password {password})")
        for key, dashboard in declared()["dashboards"].items():
            click.echo(f"  {dashboard['title']:<14} http://{HOST}:{port}/superset/dashboard/{key}/")
        click.echo("Ctrl-C stops it.")
        if server.wait():
            raise LadderError(f"Superset has stopped; see {log}.")
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise LadderError(f"Superset did not start; see {log}.")


def _is_taken(port: int) -> bool:
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, port))
        except OSError:
            return True
    return False


def _stop(error: Exception) -> None:
    click.echo(f"Stopped: {error}", err=True)
    raise SystemExit(getattr(error, "exit_code", LadderError.exit_code)) from error


if __name__ == "__main__":
    main()
