"""Questions to begin with, by who is asking and where their account stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks.text import harmless, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

POPULAR, AT_MOST = 2, 4
TITLE_LIMIT = 60
TITLE = "What would you like to know?"
Prompt = dict[str, str]

_PERSON = ("Talk to a person", "I would like to talk to a person")
_BY_STAGE: dict[str, tuple[tuple[str, str], ...]] = {
    "consideration": (
        ("What does it cost?", "What does it cost, and what is in each plan?"),
        ("Can we try it?", "Is there a free trial?"),
        ("Is our data safe?", "How is our data protected?"),
    ),
    "adoption": (
        ("How do we get started?", "How do we set up our account?"),
        ("Invite colleagues", "How do I invite my colleagues?"),
        ("Bring our data in", "How do I import our data?"),
    ),
    "renewal": (
        ("How does renewal work?", "How does our renewal work?"),
        ("Change our seats", "How do we change the number of seats?"),
        ("See our results", "Which reports show how we are doing?"),
    ),
    "upsell": (
        ("What else is there?", "What do the other plans offer?"),
        ("Connect other tools", "Which integrations are there?"),
        ("See our results", "Which reports show how we are doing?"),
    ),
}
_BY_STAGE["decision"] = _BY_STAGE["consideration"]
_BY_STAGE["advocacy"] = _BY_STAGE["upsell"]
_STAFF = (
    ("Escalate a problem", "How do I escalate an urgent problem?"),
    ("Known problems", "Which known issues are there?"),
    ("Talk about price", "What do we say when a customer finds the renewal too expensive?"),
)


def prompts_for(stage: str | None, *, is_staff: bool, asked_about: Sequence[str] = ()) -> list[Prompt]:
    """At most four prompts: what people like them ask about, then what fits the stage, and for customers a person.

    Args:
        stage: of the account in question; None if it is not known.
        is_staff: whether they are of our own team.
        asked_about: titles of articles that answered people at that stage.
    """
    popular = [_about(title) for title in asked_about[:POPULAR] if title.strip()]
    fixed = _STAFF if is_staff else _BY_STAGE.get(stage or "", _BY_STAGE["adoption"])
    last = () if is_staff else (_PERSON,)
    chosen = [*[*popular, *fixed][: AT_MOST - len(last)], *last]
    return [{"title": title, "message": message} for title, message in chosen]


def _about(title: str) -> tuple[str, str]:
    """An article as a question; its title may be one already."""
    plain = shortened(" ".join(harmless(title).split()), TITLE_LIMIT)
    return plain, plain if plain.endswith("?") else f"How does this work: {plain}?"
