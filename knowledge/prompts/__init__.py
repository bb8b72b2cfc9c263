"""What chat models are told, one text a file; a changed text makes remembered answers worthless by itself."""

from __future__ import annotations

from importlib import resources


def prompt(name: str) -> str:
    """The text of a prompt."""
    return resources.files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip()
