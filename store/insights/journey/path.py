"""The path to purchase: what accounts that were won met on their way, in which order, what they asked and objected to."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights import metrics
from store.insights.journey.company import company_of
from store.insights.journey.path_values import Concern, Path, PathPoint, Stop, Won
from store.insights.journey.touches import Window, touches
from store.insights.journey.wins import wins
from store.insights.values import Figure
from store.tables.conversations import Conversation, Message
from store.tables.feedback import Feedback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from store.insights.journey.company import Company
    from store.insights.journey.values import Cut, Touch
    from store.insights.journey.wins import Because

    # Words -> what they object to, as people read it; None: nothing.
    FindObjection = Callable[[str], str | None]

LOOKED_BACK = timedelta(days=180)  # from the purchase
AT_ONCE = 500  # rows asked for in one statement


def path_to_purchase(
    session: Session, workspace_id: str, cut: Cut, find_objection: FindObjection | None = None
) -> Path:
    """How the accounts that were won in the period came to buy."""
    company = company_of(session, workspace_id, cut.scope)
    won = wins(session, company, cut)
    window = Window(cut.period.start - LOOKED_BACK, cut.period.end, cut.now)
    known: dict[str, list[Touch]] = defaultdict(list)
    for touch in touches(session, company, window) if won else ():
        known[touch.account_id].append(touch)
    ways = tuple(_way(company, account_id, won[account_id], known[account_id], cut) for account_id in won)
    asked = tuple(
        row
        for way in ways
        for stop in way.stops
        if stop.figure.kind == "question"
        for row in stop.figure.evidence
    )
    return Path(
        cut,
        won=Figure("path:won", "accounts won", "account", tuple(won)),
        ways=ways,
        points=tuple(_points(ways)),
        days=metrics.middle([_days(way.stops[0].at, way.at) for way in ways if way.stops]),
        questions=Figure("path:questions", "questions asked", "question", asked),
        concerns=tuple(_concerns(session, company, won, asked, find_objection)) if find_objection else (),
    )


def _way(
    company: Company, account_id: str, win: tuple[datetime, Because], known: Iterable[Touch], cut: Cut
) -> Won:
    at, because = win
    before = [
        touch
        for touch in known
        if at - LOOKED_BACK <= touch.at < at
        and touch.touchpoint.response != "done"  # of our own work they need not know
        and cut.group.persona in (None, touch.persona)
    ]
    stops = []
    for n, (_, together) in enumerate(groupby(before, key=lambda touch: touch.touchpoint.key)):
        here = list(together)
        point = here[0].touchpoint
        rows = tuple(touch.row for touch in here)
        stops.append(Stop(point, here[0].at, Figure(f"path:{account_id}:{n}", point.label, point.kind, rows)))
    return Won(account_id, company.accounts[account_id].name, at, because, tuple(stops))


def _points(ways: Sequence[Won]) -> Iterable[PathPoint]:
    """Touchpoints by how long before the purchase they were met first."""
    met: dict[str, list[tuple[Won, Stop]]] = defaultdict(list)
    nexts: dict[str, list[float]] = defaultdict(list)
    for way in ways:
        firsts = {stop.touchpoint.key: stop for stop in reversed(way.stops)}
        in_order = sorted(firsts.values(), key=lambda stop: stop.at)
        for stop, following in pairwise(in_order):
            nexts[stop.touchpoint.key].append(_days(stop.at, following.at))
        for stop in way.stops:
            met[stop.touchpoint.key].append((way, stop))
    points = [_point(key, stops, nexts[key]) for key, stops in met.items()]
    return sorted(points, key=lambda one: (-(one.days_before.value or 0.0), one.touchpoint.key))


def _point(key: str, stops: Sequence[tuple[Won, Stop]], to_next: Sequence[float]) -> PathPoint:
    first = {way.account_id: _days(stop.at, way.at) for way, stop in reversed(stops)}
    point = stops[0][1].touchpoint
    rows = tuple(row for _, stop in stops for row in stop.figure.evidence)
    accounts = tuple(dict.fromkeys(way.account_id for way, _ in stops))
    return PathPoint(
        point,
        accounts=Figure(f"path:{key}:accounts", "accounts", "account", accounts),
        touches=Figure(f"path:{key}:touches", "touches", point.kind, rows),
        days_before=metrics.middle(list(first.values())),
        days_to_next=metrics.middle(to_next),
    )


def _concerns(
    session: Session,
    company: Company,
    won: Mapping[str, tuple[datetime, Because]],
    asked: Sequence[str],
    find_objection: FindObjection,
) -> list[Concern]:
    """What was objected to before the purchase, most accounts first."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    words = [*_asked(session, asked), *_wrote(session, company, won)]
    for kind, row_id, account_id, text in words:
        label = find_objection(text) if text.strip() else None
        if label is not None:
            found[label][kind].append(row_id)
            found[label]["account"].append(account_id)
    concerns = [
        Concern(
            label,
            Figure(f"path:concern:{label}:accounts", "accounts", "account", tuple(dict.fromkeys(rows["account"]))),
            Figure(f"path:concern:{label}:asked", "questions", "question", tuple(rows["question"])),
            Figure(f"path:concern:{label}:wrote", "other words", "feedback", tuple(rows["feedback"])),
        )
        for label, rows in found.items()
    ]  # fmt: skip
    return sorted(concerns, key=lambda one: (-one.accounts.value, one.label))


def _asked(session: Session, ids: Sequence[str]) -> Iterable[tuple[str, str, str, str]]:
    """Kind, row, account and words of questions."""
    for n in range(0, len(ids), AT_ONCE):
        statement = (
            select(Message.id, Conversation.account_id, Message.text)
            .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
            .where(col(Message.id).in_(ids[n : n + AT_ONCE]))
            .order_by(col(Message.created_at))
        )
        for row_id, account_id, text in session.exec(statement).all():
            yield "question", row_id, account_id or "", text


def _wrote(
    session: Session, company: Company, won: Mapping[str, tuple[datetime, Because]]
) -> Iterable[tuple[str, str, str, str]]:
    """The same of answers to check-ins and remarks before the purchase."""
    statement = select(Feedback.id, Feedback.account_id, Feedback.comment, Feedback.created_at).where(
        Feedback.workspace_id == company.workspace_id, col(Feedback.comment).is_not(None)
    )
    for row_id, account_id, text, at in session.exec(statement.order_by(col(Feedback.created_at))).all():
        bought = won[account_id][0] if account_id is not None and account_id in won else None
        if account_id and bought and bought - LOOKED_BACK <= at < bought:
            yield "feedback", row_id, account_id, text or ""


def _days(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() / 86400
