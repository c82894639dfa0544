"""The configuration of the local Superset: nothing leaves the machine, and all it keeps is in its home."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from superset.config import TALISMAN_CONFIG as _TALISMAN

_HOME = Path(os.environ["SUPERSET_HOME"])

SECRET_KEY = (_HOME / "secret_key").read_text("ascii")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}"
APP_NAME = "Loyalty Ladder"
# Superset's page has a pixel that tells its makers of each visit; the browser may load from here alone.
_HERE = ["'self'", "blob:", "data:"]
TALISMAN_CONFIG: dict[str, Any] = _TALISMAN | {
    "content_security_policy": _TALISMAN["content_security_policy"]
    | {"img-src": _HERE, "font-src": _HERE, "connect-src": ["'self'"]}
    | {"style-src": ["'self'", "'unsafe-inline'"]}
}
RATELIMIT_ENABLED = False
