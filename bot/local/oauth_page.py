"""The pages of an installation in the local workspace, as HTML. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.local.directory import Directory

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self' http://127.0.0.1:* http://localhost:*"
    ),
}
_SEES = (":read", ":history", ":read.email")
_STYLE = """
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #616061; --line: #dddddd; --paper: #ffffff; --ground: #f4f2f5;
  --go: #007a5a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --soft: #ababad; --line: #3d3f43; --paper: #1f2225;
  --ground: #131517; } }
* { box-sizing: border-box }
body { margin: 0; padding: 24px 16px; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 560px; margin: 4vh auto; padding: 32px; background: var(--paper); border: 1px solid var(--line);
  border-radius: 12px }
h1 { margin: 0 0 8px; font-size: 24px; line-height: 1.25 }
h2 { margin: 24px 0 4px; font-size: 15px }
p { margin: 0 0 8px; color: var(--soft) }
ul { margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 6px }
code { padding: 2px 8px; border: 1px solid var(--line); border-radius: 6px; font: 13px/1.5 ui-monospace, monospace }
label { display: block; margin: 24px 0 4px; font-weight: 600 }
select { width: 100%; padding: 8px 12px; border: 1px solid var(--soft); border-radius: 6px; background: var(--paper);
  color: var(--ink); font: inherit }
div { display: flex; gap: 12px; justify-content: flex-end; margin-top: 32px }
button { padding: 8px 20px; border: 1px solid var(--soft); border-radius: 6px; background: none; color: var(--ink);
  font: inherit; font-weight: 600; cursor: pointer }
button[value=allow] { border-color: var(--go); background: var(--go); color: #ffffff }
:focus-visible { outline: 3px solid #1d9bd1; outline-offset: 2px }
"""


def asking(directory: Directory, scopes: Sequence[str]) -> str:
    """The page that asks a person whether the app may come in, and as whom they answer."""
    app, team = escape(directory.app.name), escape(directory.team_name)
    people = "".join(
        f'<option value="{escape(one.id)}">{escape(one.real_name)}</option>'
        for one in directory.users
        if not (one.is_bot or one.deleted) and directory.team_of(one) == directory.team_id
    )
    sees = [one for one in scopes if one.endswith(_SEES)]
    does = [one for one in scopes if one not in sees]
    return _page(
        f"{app} asks to come in",
        f"<h1>{app} is requesting permission to access {team}</h1><p>This is the local workspace, in Slack's place.</p>"
        f"{_listed(f'What will {app} be able to view?', sees)}{_listed(f'What will {app} be able to do?', does)}"
        f'<form method="post"><label for="who">Who installs it</label><select id="who" name="who">{people}</select>'
        '<div><button name="answer" value="cancel">Cancel</button>'
        '<button name="answer" value="allow">Allow</button></div></form>',
    )


def refusing(code: str, sentence: str) -> str:
    """The page that says why nobody is asked."""
    return _page(
        "Something went wrong",
        f"<h1>{escape(sentence)}</h1><p>Slack says it as <code>{escape(code)}</code>.</p>",
    )


def _listed(title: str, scopes: Sequence[str]) -> str:
    names = "".join(f"<li><code>{escape(one)}</code></li>" for one in scopes)
    return f"<h2>{title}</h2><ul>{names}</ul>" if scopes else ""


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
