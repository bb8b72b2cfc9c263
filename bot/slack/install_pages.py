"""The pages on which somebody installs Guidepost in their Slack: before, afterwards, and what went wrong. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
# What each scope of the manifest is asked for, in the words of who decides about it. Scopes of one purpose share a line.
PURPOSES: Mapping[str, str] = {
    "app_mentions:read": "Hear where somebody mentions it",
    "assistant:write": "Answer as an assistant, with questions to begin with",
    "channels:history": "Read channels that it is invited to, and direct messages to it; no others",
    "channels:read": "See which conversations it is in, and whom they are shared with",
    "chat:write": "Write messages as Guidepost",
    "commands": "Offer the command /cs and entries in the menu of messages",
    "files:write": "Send digests as pages, tables and pictures",
    "groups:history": "Read channels that it is invited to, and direct messages to it; no others",
    "groups:read": "See which conversations it is in, and whom they are shared with",
    "im:history": "Read channels that it is invited to, and direct messages to it; no others",
    "im:read": "See which conversations it is in, and whom they are shared with",
    "im:write": "Write to people directly, outside their quiet hours and until they opt out",
    "metadata.message:read": "Find its own messages again, so that nothing is said twice",
    "reactions:read": "Count a thumb on an answer as a rating",
    "users:read": "Know people by name, time zone and language",
    "users:read.email": "Know whose account they belong to, by their e-mail address",
}
_REMEDIES: Mapping[str, tuple[str, str]] = {
    "access_denied": ("Guidepost was not installed", "You pressed Cancel, so nothing was changed."),
    "invalid_browser": (
        "This is not the browser that began",
        "Begin again, in this browser, with cookies allowed for this address; it must begin with https://.",
    ),
    "invalid_state": (
        "That took too long",
        "The page that you came from counts once, for ten minutes. Begin again.",
    ),
    "missing_code": ("Slack sent no code", "Begin again from the page that installs."),
    "invalid_code": (
        "Slack did not confirm the installation",
        "The code was used before, or Slack could not be reached. Begin again; if it stays so, look into the log.",
    ),
    "storage_error": (
        "The installation could not be stored",
        "The log has the reason. A whole Enterprise organisation cannot install it: choose one workspace.",
    ),
}
_UNKNOWN = "Guidepost was not installed"
_MARK = (
    '<svg viewBox="0 0 32 32" width="48" height="48" aria-hidden="true"><rect width="32" height="32" rx="8" '
    'fill="#0f5c56"/><rect x="14.8" y="5" width="2.4" height="22" rx="1.2" fill="#ffe2ad"/><path d="M9 7.5h13l4 3.4-4 '
    '3.4H9a1 1 0 0 1-1-1V8.5a1 1 0 0 1 1-1z" fill="#fff"/><path d="M23 16H10.5l-4 3.3 4 3.3H23a1 1 0 0 0 1-1V17a1 1 0 '
    '0 0-1-1z" fill="#ffc55c"/></svg>'
)
_STYLE = """
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #55585b; --line: #dcdfe1; --paper: #fff; --ground: #f2f5f5;
  --go: #0f5c56; --on-go: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e9ebea; --soft: #aeb4b0; --line: #39403c; --paper: #1c211e;
  --ground: #111412; --go: #5eead4; --on-go: #06302c } }
* { box-sizing: border-box }
body { margin: 0; padding: 24px 16px; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 560px; margin: 5vh auto; padding: 32px; background: var(--paper); border: 1px solid var(--line);
  border-radius: 16px }
h1 { margin: 16px 0 8px; font-size: 26px; line-height: 1.25 }
h2 { margin: 28px 0 8px; font-size: 16px }
p { margin: 0 0 12px; color: var(--soft) }
ul { margin: 0; padding: 0; list-style: none }
ol { margin: 0; padding-left: 24px }
ol li { padding: 6px 0 6px 4px }
ul li { padding: 6px 0 6px 28px; position: relative }
ul li::before { content: "✓"; position: absolute; left: 4px; color: var(--go); font-weight: 700 }
.go { display: inline-block; margin: 20px 0 4px; padding: 11px 22px; border-radius: 8px; background: var(--go);
  color: var(--on-go); font-weight: 600; text-decoration: none }
.go:focus-visible { outline: 3px solid #1d9bd1; outline-offset: 3px }
small { color: var(--soft) }
"""


def before(address: str, scopes: Iterable[str]) -> str:
    """The page that explains what Guidepost will do, and leads to Slack.

    Args:
        address: Slack's page on which the person decides.
        scopes: what is asked for, as in the manifest.
    """
    lines = dict.fromkeys(PURPOSES.get(one, one) for one in scopes)
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return _page(
        "Add Guidepost to Slack",
        "<p>It answers questions about your product from your own knowledge base, always with its sources, and brings "
        "people to a person when it does not know.</p>"
        f'<a class="go" href="{escape(address)}">Add to Slack</a>'
        f"<h2>What it will be able to do</h2><ul>{listed}</ul>"
        "<p><small>Who adds it first is its admin. Taking it out of the workspace deletes its tokens at once.</small></p>",
    )


def installed(team: str, address: str) -> str:
    """The page after an installation: what to do next, with the way into Slack."""
    return _page(
        f"Guidepost is in {escape(team)}",
        "<p>Who added it first is its admin. Its Home tab says what is missing, and how to do it.</p>"
        f'<a class="go" href="{escape(address)}">Open Slack</a>'
        "<h2>Next</h2><ol><li>Open Guidepost under Apps and look at its Home tab</li>"
        "<li>Have your help centre read: <b>guidepost knowledge sync</b></li>"
        "<li>Invite it to a channel: <b>/invite @Guidepost</b></li></ol>",
    )


def failed(reason: str, address: str) -> str:
    """The page of an installation that did not come about.

    Args:
        reason: Slack's code, or Bolt's.
        address: where to begin again.
    """
    title, remedy = _REMEDIES.get(
        reason, (_UNKNOWN, "Slack gave the reason below. Begin again, or ask your admin.")
    )
    return _page(
        title,
        f'<p>{remedy}</p><a class="go" href="{escape(address)}">Begin again</a>'
        f"<p><small>Reason: {escape(reason)}</small></p>",
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><main>{_MARK}<h1>{title}</h1>{body}</main></body></html>"
    )
