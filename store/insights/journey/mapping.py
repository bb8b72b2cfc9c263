"""The map: touches put together by stage and touchpoint, with how each went. Pure, but for `journey_map`."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from store.insights import metrics
from store.insights.journey.company import company_of
from store.insights.journey.touches import Window, touches
from store.insights.journey.values import EVERY_STAGE, STAGES, Cell, JourneyMap, Move, Touchpoint, Wait
from store.insights.values import Figure, Rate
from store.tables.changes import SEGMENT, STAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from store.insights.journey.company import Company
    from store.insights.journey.values import Cut, Touch
    from store.insights.values import EvidenceKind

_OF = {"response": "where an answer was due", "csat": "rated", "drop_off": "long enough ago to tell"}
QUIET_AFTER = timedelta(days=14)  # without a word from the customer, they have dropped off; a judgement


def journey_map(session: Session, workspace_id: str, cut: Cut) -> JourneyMap:
    """The map of a period for a scope, as it stood at the cut's moment."""
    company = company_of(session, workspace_id, cut.scope)
    window = Window(cut.period.start, cut.period.end + QUIET_AFTER, cut.now)
    return mapped(company, touches(session, company, window), cut)


def mapped(company: Company, known: Sequence[Touch], cut: Cut) -> JourneyMap:
    """The same from touches, which reach beyond the period so that one knows who was heard from again."""
    heard = heard_moments(known)
    shown = [touch for touch in known if touch.at < cut.period.end and cut.group.covers(touch)]
    return JourneyMap(
        cut,
        cells=tuple(sorted(_by_stage(shown, heard, cut.now), key=_in_order)),
        topics=tuple(sorted(_by_topic(shown, heard, cut.now), key=_in_order)),
        moves=tuple(_moves(company, cut)),
    )


def heard_moments(known: Iterable[Touch]) -> dict[str, list[datetime]]:
    """Account id -> when it was heard from, in order."""
    heard: dict[str, list[datetime]] = defaultdict(list)
    for touch in known:
        if touch.heard_at is not None:
            heard[touch.account_id].append(touch.heard_at)
    return {account_id: sorted(moments) for account_id, moments in heard.items()}


def cell_of(
    stage: str,
    point: Touchpoint,
    here: Sequence[Touch],
    heard: Mapping[str, Sequence[datetime]],
    now: datetime,
) -> Cell:
    """One cell of the map, from its touches."""

    def figure(name: str, label: str, kind: EvidenceKind, rows: Iterable[str]) -> Figure:
        return Figure(f"{stage}:{point.key}:{name}", label, kind, tuple(rows))

    def rate(name: str, label: str, kind: EvidenceKind, part: Iterable[str], whole: Iterable[str]) -> Rate:
        of = figure(f"{name}.of", _OF[name], kind, whole)
        return Rate(f"{stage}:{point.key}:{name}", label, figure(name, label, kind, part), of)

    kind = point.kind
    awaited = [touch for touch in here if point.response and touch.is_answered is not None]
    timed = [touch for touch in here if touch.wait is not None]
    rated = [rating for touch in here for rating in touch.ratings]
    ours_alone = point.response == "done"  # a task of ours: the customer need not know of it
    settled, dropped = ([], []) if ours_alone else drop_off(here, heard, now)
    accounts = dict.fromkeys(touch.account_id for touch in here)
    return Cell(
        stage,
        point,
        volume=figure("volume", "touches", kind, (touch.row for touch in here)),
        accounts=figure("accounts", "accounts", "account", accounts),
        response=rate(
            "response", point.response or "answered", kind,
            (touch.row for touch in awaited if touch.is_answered), (touch.row for touch in awaited),
        ),
        wait=Wait(
            metrics.middle([touch.wait for touch in timed if touch.wait is not None]),
            figure("wait", "timed answers", kind, (touch.row for touch in timed)),
        ),
        csat=rate(
            "csat", "content", "feedback" if kind == "question" else kind,
            (row for row, is_content in rated if is_content), (row for row, _ in rated),
        ),
        drop_off=rate(
            "drop_off", "not heard from again", kind,
            (touch.row for touch in dropped), (touch.row for touch in settled),
        ),
    )  # fmt: skip


def drop_off(
    here: Iterable[Touch], heard: Mapping[str, Sequence[datetime]], now: datetime
) -> tuple[list[Touch], list[Touch]]:
    """The last touch of each account at a touchpoint, where it is long enough ago; and those after which it was quiet."""
    last = {touch.account_id: touch for touch in here}  # oldest first, so that the last one stays
    settled = [touch for touch in last.values() if touch.at + QUIET_AFTER <= now]
    return settled, [touch for touch in settled if not _was_heard(touch, heard.get(touch.account_id, ()))]


def _was_heard(touch: Touch, moments: Sequence[datetime]) -> bool:
    following = bisect_right(moments, touch.at)
    return following < len(moments) and moments[following] <= touch.at + QUIET_AFTER


def _by_stage(
    shown: Iterable[Touch], heard: Mapping[str, Sequence[datetime]], now: datetime
) -> Iterable[Cell]:
    groups: dict[tuple[str, str], list[Touch]] = defaultdict(list)
    for touch in shown:
        groups[touch.stage, touch.touchpoint.key].append(touch)
    for (stage, _), here in groups.items():
        yield cell_of(stage, here[-1].touchpoint, here, heard, now)


def _by_topic(
    shown: Iterable[Touch], heard: Mapping[str, Sequence[datetime]], now: datetime
) -> Iterable[Cell]:
    groups: dict[str, list[Touch]] = defaultdict(list)
    for touch in shown:
        if touch.touchpoint.kind == "question" and touch.topic:
            groups[touch.topic].append(touch)
    for topic, here in groups.items():
        point = Touchpoint(
            f"article.{topic}", f"Asked about: {topic}", "question"
        )  # all of these were answered
        yield cell_of(EVERY_STAGE, point, here, heard, now)


def _in_order(cell: Cell) -> tuple[int, int, str]:
    stage = STAGES.index(cell.stage) if cell.stage in STAGES else len(STAGES)
    return stage, -cell.volume.value, cell.touchpoint.key


def _moves(company: Company, cut: Cut) -> Iterable[Move]:
    """From stage to stage: an account counts once for each way that it went."""
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    for move in company.moves(STAGE):
        inside = cut.period.start <= move.at < cut.period.end and move.at <= cut.now
        if inside and cut.group.segment in (None, company.was(move.account_id, SEGMENT, move.at)):
            ways[move.before, move.after].append(move.account_id)
    for (before, after), accounts in ways.items():
        evidence = tuple(dict.fromkeys(accounts))
        yield Move(before, after, Figure(f"move:{before}:{after}", "accounts", "account", evidence))
