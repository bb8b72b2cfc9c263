"""What the commands share: options, what they stand on, and how they print."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.visible import visible

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
        NotFound: there is nothing.
    """
    from store.errors import NotFound

    found = Path(path)
    if not found.exists():
        raise NotFound(f"There is nothing at {path}. Give the path of a folder or a file.")
    return found


def show(value: Any, as_json: bool, text: Callable[[Any], str]) -> None:
    """Print a value as JSON, or as the text that `text` makes of it; nothing in it steers the terminal."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else visible(text(value)))


def lines(value: dict[str, Any]) -> str:
    """One line a key; what is nested is indented below its key."""
    return "\n".join(_line(key, item) for key, item in value.items())


def _line(key: str, item: Any) -> str:
    if isinstance(item, dict) and item:
        return f"{key}:\n  " + lines(item).replace("\n", "\n  ")
    return f"{key}: {item}"


def span(text: str) -> int:
    """Seconds of a span such as 6h; 0 for never.

    Raises:
        GuidepostError: it is none.
    """
    from bot.settings import seconds_of
    from store.errors import GuidepostError

    try:
        return seconds_of(text)
    except ValueError as error:
        raise GuidepostError(f"{text} is no span of time: it {error}.") from error


@contextmanager
def progress_line(*, quiet: bool) -> Iterator[Callable[[Any], None] | None]:
    """A bar on stderr for each stage of a sync, with count, rate and time; only where stderr is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        stages: dict[str, Any] = {}

        def tell(progress: Any) -> None:
            if progress.stage not in stages:
                stages[progress.stage] = bars.add_task(progress.stage.capitalize(), total=None)
            bars.update(stages[progress.stage], completed=progress.done, total=progress.total or None)

        yield tell
