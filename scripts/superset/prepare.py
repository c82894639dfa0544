"""Brings the home of Superset in order, in one process: its own tables, roles, the user, and the bundle.

Run by `scripts.superset` with the configuration in the environment, and the bundle on standard input.
"""

from __future__ import annotations

import io
import os
import sys
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile


def prepare(home: Path, user: str, password: str, bundle: bytes) -> None:
    """Do what is needed before Superset is started.

    `superset import-dashboards` leaves databases, datasets and charts that are there as they are; this
    overwrites them too. What somebody has added stays.

    Args:
        home: the folder of Superset.
        user: name of the administrator; made if there is none.
        password: what it is to be.
        bundle: the zipped bundle of assets.
    """
    import superset
    from flask import g
    from flask_migrate import upgrade
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.commands.importers.v1.utils import get_contents_from_bundle
        from superset.extensions import appbuilder, security_manager

        stamp = home / "version"
        current = version("apache-superset")
        if not stamp.exists() or stamp.read_text("ascii") != current:
            upgrade(directory=str(Path(superset.__file__).with_name("migrations")))
            appbuilder.add_permissions(update_perms=True)
            security_manager.sync_role_definitions()
            stamp.write_text(current, "ascii")
        found = security_manager.find_user(username=user)
        if found is None:
            role = security_manager.find_role("Admin")
            found = security_manager.add_user(user, "Loyalty", "Ladder", f"{user}@localhost", role, password)
        else:
            security_manager.reset_password(found.id, password)
        g.user = found
        with ZipFile(io.BytesIO(bundle)) as files:
            ImportAssetsCommand(get_contents_from_bundle(files)).run()


if __name__ == "__main__":
    prepare(
        Path(os.environ["SUPERSET_HOME"]),
        os.environ["SUPERSET_USER"],
        os.environ["SUPERSET_PASSWORD"],
        sys.stdin.buffer.read(),
    )
