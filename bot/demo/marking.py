"""Which local workspace holds a demo company, so that no other sample data is laid over it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.demo.company import INTERNAL
from bot.local import sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bot.local.directory import Directory

MARK = "demo.json"  # in the workspace's folder


def mark(folder: Path, personas: Sequence[str], about: Mapping[str, Any]) -> None:
    """Note that this is a demo company, whose eyes one may look through, and what it was built from."""
    (folder / MARK).write_text(json.dumps({**about, "personas": list(personas)}))


def is_demo(folder: Path) -> bool:
    """Whether a local workspace's folder holds a demo company."""
    return (folder / MARK).exists()


def staff_of(folder: Path) -> Directory:
    """The directory that its workspace begins with; the customers' people are remembered in the folder."""
    staff = sample.directory()
    return replace(
        staff,
        users=tuple(user for user in staff.users if user.is_staff),
        channels=tuple(one for one in staff.channels if one.name in INTERNAL),
        personas=tuple(json.loads((folder / MARK).read_text())["personas"]),
    )
