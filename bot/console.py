"""What the commands share: options, what they stand on, and how they print."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.wiring import Core

Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


def core_of(context: typer.Context) -> Core:
    """What the command stands on, opened now."""
    core: Core = context.obj()
    return core


def existing(path: str) -> Path:
    """The path.

    Raises:
        NotFound: there is nothing, or it is a web address.
    """
    from store.errors import NotFound

    if path.startswith(("http://", "https://")):
        raise NotFound(f"{path} is a web address. Save its pages to a folder and give that.")
    found = Path(path)
    if not found.exists():
        raise NotFound(f"There is nothing at {path}. Give the path of a folder or a file.")
    return found


def show(value: Any, as_json: bool, text: Callable[[Any], str]) -> None:
    """Print a value as JSON, or as the text that `text` makes of it."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else text(value))


def lines(value: dict[str, Any]) -> str:
    """One line a key; what is nested is indented below its key."""
    return "\n".join(_line(key, item) for key, item in value.items())


def _line(key: str, item: Any) -> str:
    if isinstance(item, dict) and item:
        return f"{key}:\n  " + lines(item).replace("\n", "\n  ")
    return f"{key}: {item}"


@contextmanager
def progress_line(*, quiet: bool) -> Iterator[Callable[[Any], None] | None]:
    """A line on stderr that says how far it is, and goes when it is done."""
    from rich.console import Console

    if quiet:
        yield None
        return
    with Console(stderr=True).status("Reading documents…") as status:

        def tell(progress: Any) -> None:
            total = f" of {progress.total}" if progress.total else ""
            status.update(f"{progress.stage.capitalize()}: {progress.done}{total}")

        yield tell
