"""Where publications are kept, and how a new one takes the place of the last in one step.

    OUT/publications/0007/       warehouse.duckdb, exports, report, quality
    OUT/publications/current     a link to the one that counts
    OUT/exports (and the rest)   links to publications/current/exports

To publish is to put `current` elsewhere: one rename, so that nobody ever sees parts of two publications,
whenever a run is killed. Whoever has opened a file of an earlier one keeps reading that.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: What a publication consists of, besides the warehouse itself.
FOLDERS = ("exports", "report", "quality")
PARTS = (*FOLDERS, "warehouse.duckdb")


def publish(warehouse: Path, made: Path, out: Path, keep: int) -> None:
    """Put a finished publication in the place of the last one.

    Args:
        warehouse: the built DuckDB file, closed; it is moved.
        made: the folder that holds the new `exports`, `report` and `quality`; it is moved.
        out: the output folder; `settle` has been called on it.
        keep: how many earlier publications stay.
    """
    warehouse.replace(made / warehouse.name)
    publications = out / "publications"
    publications.mkdir(exist_ok=True)
    number = max([0, *_numbers(out)]) + 1
    made.rename(publications / f"{number:04}")
    _link_parts(out)
    _make_current(out, number)
    for old in sorted(_numbers(out))[: -keep - 1]:
        _discard(publications / f"{old:04}")


def settle(out: Path) -> None:
    """Bring an output folder in order: finish what a killed run left, take over older layouts.

    Args:
        out: the output folder; it need not hold a publication.
    """
    current = out / "publications" / "current"
    if current.is_dir() and not current.is_symlink():  # a copy of OUT that followed the links
        shutil.rmtree(current)
    real = [part for part in PARTS if (out / part).exists() and not (out / part).is_symlink()]
    if real and not current.exists():
        number = max([0, *_numbers(out)]) + 1
        (out / "publications" / f"{number:04}").mkdir(parents=True)
        _make_current(out, number)
    for part in real:
        if (current / part).exists():
            _discard(current / part)
        (out / part).rename(current / part)
    if current.exists():
        _link_parts(out)
    last = int(current.readlink().name) if current.exists() else 0
    for number in _numbers(out):
        if number > last:  # its run was killed before it counted
            _discard(out / "publications" / f"{number:04}")
    for leftover in (out / "publications").glob(".[0-9]*"):
        shutil.rmtree(leftover)


def _numbers(out: Path) -> list[int]:
    return [int(path.name) for path in (out / "publications").glob("[0-9]*")]


def _make_current(out: Path, number: int) -> None:
    link = out / "publications" / ".next"
    link.unlink(missing_ok=True)
    link.symlink_to(f"{number:04}")
    link.replace(link.with_name("current"))


def _link_parts(out: Path) -> None:
    for part in PARTS:
        if not (out / part).is_symlink():
            (out / part).symlink_to(os.path.join("publications", "current", part))  # noqa: PTH118


def _discard(path: Path) -> None:
    """Delete a file or folder; a name of its own first, so that half of it is nothing that counts."""
    doomed = path.with_name(f".{path.name}")
    if doomed.is_dir():
        shutil.rmtree(doomed)
    path.rename(doomed)
    if doomed.is_dir():
        shutil.rmtree(doomed)
    else:
        doomed.unlink()
