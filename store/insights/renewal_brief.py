"""What a CSM should know before a renewal, every line from a row that can be opened. Pure.

A line whose row cannot be named is left out. What is not known is said at the end: there a gap is the evidence.
Words of people are quoted as they were written, cut but never paraphrased.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.insights.account_health import measured
from store.insights.brief_values import Brief, Line, Source, cut
from store.insights.health import GREEN_FROM, RED_BELOW
from store.insights.people_map import STALE, gaps, last_touch
from store.insights.verbatims import verbatims

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from store.insights.account_rows import AccountRows, Asked, Wish
    from store.insights.health import Measure
    from store.tables import Contact, Signal
    from store.tables.goals import GoalStanding

OPEN_SHOWN, SOLVED_SHOWN, FACTS_SHOWN, WISHES_SHOWN = 5, 3, 6, 5
ROLES = ("champion", "buyer", "sponsor", "admin")
DIMENSIONS = {"use": ("use",), "value": ("goals", "voice"), "people": ("engagement", "conversation"),
              "service": ("support",), "commercial": ("commercial",)}  # fmt: skip


def renewal_brief(rows: AccountRows, signals: Sequence[Signal] = ()) -> Brief:
    """The brief of an account, from its rows and the signals that are open."""
    sections = (
        ("The contract", _contract(rows)),
        ("Goals", [_goal(goal, rows) for goal in rows.goals]),
        ("Questions solved", _solved(rows)),
        ("Questions open", _unsolved(rows)),
        ("What they asked for", [_wish(one) for one in rows.wishes[:WISHES_SHOWN]]),
        ("In their words", verbatims(rows)),
        ("Service", _service(rows)),
        ("People", _people(rows)),
        ("Use", _use(rows)),
        ("Open on our side", _open(rows, signals)),
        ("Calls and notes", _log(rows)),
    )
    kept = tuple(
        (title, tuple(line for line in lines if line.source.can_be_opened and line.text))
        for title, lines in sections
    )
    return Brief(
        account=rows.account.name,
        dimensions=_dimensions(measured(rows)),
        sections=tuple((title, lines) for title, lines in kept if lines),
        unknowns=tuple(gaps(rows)),
    )


def _dimensions(measures: Sequence[Measure]) -> tuple[tuple[str, str], ...]:
    values = {one.name: one.value for one in measures}
    return tuple((name, _colour([values[part] for part in parts])) for name, parts in DIMENSIONS.items())


def _colour(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "unknown"
    worst = min(known)
    return "red" if worst < RED_BELOW else ("yellow" if worst < GREEN_FROM else "green")


def _contract(rows: AccountRows) -> list[Line]:
    term, account = rows.term, rows.account
    if term is None:
        return []
    source = Source("subscription", term.started_on, row=f"subscriptions:{term.id}")
    notice = f", notice {term.notice_days} days before" if term.notice_days else ""
    auto = ", by itself" if term.auto_renews else ""
    arr = term.arr_minor if term.arr_minor is not None else account.arr_minor
    worth = f"{arr / 100:,.0f} {term.currency} a year" if arr is not None else ""
    plan = ", ".join(part for part in (term.plan or account.plan or "", worth) if part)
    return [
        Line(f"{_when(term.renews_on, rows.today)}{auto}{notice}.", source),
        *([Line(f"{plan}.", source)] if plan else []),
    ]


def _when(renews_on: date, today: date) -> str:
    days = (renews_on - today).days
    if days < 0:
        return f"Was to renew on {renews_on:%-d %b %Y}, {-days} {'day' if days == -1 else 'days'} ago"
    return f"Renews on {renews_on:%-d %b %Y}, in {days} {'day' if days == 1 else 'days'}"


def _goal(goal: GoalStanding, rows: AccountRows) -> Line:
    known = [f"{value:g}" for value in (goal.baseline, goal.now) if value is not None]
    way = " → ".join(dict.fromkeys(known))
    target = f", target {goal.target:g}" if goal.target is not None else ""
    share = f" ({goal.progress:.0%} of the way)" if goal.progress is not None else ""
    state = (
        "Met"
        if goal.is_met
        else ("Not reached" if goal.due_on and goal.due_on < rows.today else "On the way")
    )
    row = f"goals:{goal.number}" if goal.number else "usage_facts:goal_now"
    source = Source("goal", goal.observed_on or goal.since, goal.channel_id, goal.message_ts, row)
    figures = f": {way}{target} {goal.unit}".rstrip() if way or target else ", without figures"
    return Line(f"{state}: {goal.title}{figures}{share}", source)


def _solved(rows: AccountRows) -> list[Line]:
    solved = [one for one in rows.asked if one.is_resolved]
    if not solved:
        return []
    newest = list(reversed(solved))
    first = Line(
        f"{len(solved)} of {len(rows.asked)} questions were answered in the last year.", _place(newest[0])
    )
    return [first, *(_question(one) for one in newest[:SOLVED_SHOWN])]


def _unsolved(rows: AccountRows) -> list[Line]:
    """What found no answer, or one that did not help, and was not answered when it was asked again."""
    solved_later = {one.words.text.casefold(): one.words.on for one in rows.asked if one.is_resolved}
    unsolved = [
        one
        for one in reversed(rows.asked)
        if not one.is_resolved and solved_later.get(one.words.text.casefold(), one.words.on) <= one.words.on
    ]
    return [_question(one) for one in unsolved[:OPEN_SHOWN]]


def _question(one: Asked) -> Line:
    return Line(cut(one.words.text), _place(one), is_quote=True)


def _wish(one: Wish) -> Line:
    """What they asked for, with the days of the way: asked, decided, there, told."""
    decided = "declined" if one.state == "declined" else "planned"
    way = [f"asked {one.asked_on:%-d %b %Y}", f"{decided} {one.decided_on:%-d %b %Y}"]
    if one.shipped_on:
        told = (
            f"told {one.told_on:%-d %b %Y}"
            if one.told_on
            else f"not told: {one.untold}"
            if one.untold
            else "not told yet"
        )
        way += [f"there since {one.shipped_on:%-d %b %Y}", told]
    source = Source("feedback", one.asked_on, one.channel_id, one.message_ts, f"feedback:{one.feedback_id}")
    return Line(f"{cut(one.text)}: {', '.join(way)}", source)


def _place(one: Asked) -> Source:
    words = one.words
    in_slack = not words.ts.startswith("command")
    return Source(
        words.who or "question",
        words.on,
        words.channel_id if in_slack else None,
        words.ts if in_slack else None,
        f"messages:{words.channel_id}:{words.ts}",
    )


def _service(rows: AccountRows) -> list[Line]:
    settled = [one for one in rows.requests if one.due_at and (one.done_at or one.due_at <= rows.now)]
    if not settled:
        return []
    late = [one for one in settled if one.due_at and not (one.done_at and one.done_at <= one.due_at)]
    first = settled[-1]
    kept = len(settled) - len(late)
    lines = [
        Line(
            f"{kept} of {len(settled)} requests for a person were settled in time.",
            Source("requests", first.created_at.date(), row=f"tasks:{first.id}"),
        )
    ]
    lines += [
        Line(
            f"Late: {cut(one.body or one.title)}",
            Source(
                "request",
                one.created_at.date(),
                one.link.get("channel"),
                one.link.get("ts"),
                f"tasks:{one.id}",
            ),
        )
        for one in late[-OPEN_SHOWN:]
    ]
    return lines


def _people(rows: AccountRows) -> list[Line]:
    order = {role: n for n, role in enumerate(ROLES)}
    people = sorted(rows.contacts, key=lambda one: (order.get(one.persona, len(order)), one.name))
    return [_person(one, rows) for one in people if one.status == "active" or one.persona in order]


def _person(one: Contact, rows: AccountRows) -> Line:
    touched = last_touch(one, rows)
    role = ", ".join(part for part in (one.persona.replace("_", " "), one.title or "") if part)
    heard_of = f"last heard of on {touched:%-d %b %Y}" if touched else "never heard of"
    state = heard_of if one.status == "active" else one.status
    return Line(
        f"{one.name} ({role}): {state}", Source("contacts", one.updated_at.date(), row=f"contacts:{one.id}")
    )


def _use(rows: AccountRows) -> list[Line]:
    newest = {fact.kind: fact for fact in rows.usage if not fact.kind.startswith("goal_")}
    facts = sorted(newest.values(), key=lambda fact: fact.observed_on, reverse=True)
    return [
        Line(
            (fact.note or f"{fact.kind.replace('_', ' ')}: {fact.value}")
            + (" (old)" if (rows.today - fact.observed_on).days > STALE else ""),
            Source("usage", fact.observed_on, row=f"usage_facts:{fact.id}"),
        )
        for fact in facts[:FACTS_SHOWN]
    ]


def _open(rows: AccountRows, signals: Sequence[Signal]) -> list[Line]:
    lines = [
        Line(f"Signal: {one.summary}", Source("signal", one.opened_at.date(), row=f"signals:{one.id}"))
        for one in signals
    ]
    lines += [
        Line(
            f"Promised by {one.due_on:%-d %b %Y}: {cut(one.text)}"
            + (" (not kept)" if one.state == "broken" else " (overdue)" if one.due_on < rows.today else ""),
            Source("promise", one.created_at.date(), one.channel_id, one.message_ts, f"promises:{one.id}"),
        )
        for one in rows.promises
        if one.state in {"open", "broken"}
    ]
    lines += [
        Line(f"Task: {cut(one.title)}", Source("task", one.created_at.date(), row=f"tasks:{one.id}"))
        for one in rows.open_tasks[:OPEN_SHOWN]
    ]
    return lines


def _log(rows: AccountRows) -> list[Line]:
    return [
        Line(
            f"{one.kind.capitalize()}: {cut(one.text)}",
            Source(one.by_name, one.happened_on, row=f"activities:{one.id}"),
        )
        for one in rows.activities[:OPEN_SHOWN]
    ]
