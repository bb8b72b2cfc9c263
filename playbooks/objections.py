"""What speaks against renewing, told by kind from somebody's words: what to look up, and what to ask back. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Objection:
    """A kind of objection.

    `look_up` is asked of the knowledge base beside the customer's own words; `ask` is the question that comes
    before any offer.
    """

    kind: str
    label: str
    pattern: str
    look_up: str
    ask: str


KINDS = (
    Objection(
        "price", "Too expensive", r"expensiv|\bprice|\bcost|budget|discount|cheap|afford|save money",
        "plans, prices and what each plan includes",
        "Which number or rule do they have to meet, and who set it? Only then: what could they do without?",
    ),
    Objection(
        "competitor", "Another product", r"competitor|alternative|switch|other (tool|product|vendor)|compar|in-?house",
        "what it does that others do not",
        "By which two or three criteria will they decide, and how do we do on each today?",
    ),
    Objection(
        "security", "Security or compliance", r"securit|gdpr|complian|privacy|soc ?2|iso ?27|dpa\b|data protection",
        "security, data protection and compliance",
        "Which requirement exactly is open, and who has to sign it off by when?",
    ),
    Objection(
        "feature", "Something is missing", r"missing|lack|feature|does ?n.t (do|have|support)|cannot|can.t|integrat",
        "the feature and ways around it",
        "Which job fails without it, how often, and what do they do today instead?",
    ),
    Objection(
        "value", "Too little use or value", r"(not|n.t|hardly|barely|rarely) us|unused|adopt|value|worth|\broi\b|seats",
        "getting started, training and adoption",
        "What should have been different by now, and in which number would they have seen it?",
    ),
    Objection(
        "service", "Our service", r"support|slow|respon|wait|promis|service|nobody (answers|helped)",
        "support times and how to reach a person",
        "Which promise broke, for whom, and what would put it right?",
    ),
    Objection(
        "timing", "Not now", r"priorit|not now|later|next (year|quarter)|no time|too busy|reorg|freeze",
        "starting small and pausing",
        "What has to be over first, and what happens to the work meanwhile?",
    ),
)  # fmt: skip
OTHER = Objection(
    "other", "Something else", r".", "", "What is behind it, and what would have to be true for a yes?"
)


def objection_in(words: str) -> Objection:
    """The kind of objection in somebody's words; the one named most often, else the first in the list's order."""
    counts = [(len(re.findall(one.pattern, words, re.IGNORECASE)), -n, one) for n, one in enumerate(KINDS)]
    count, _, found = max(counts, key=lambda one: one[:2])
    return found if count else OTHER
