"""What customers asked and said in a period, and what is open now. Computed from rows; no model takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlmodel import Session, col, select

from store.insights.grouping import group_alike
from store.insights.rows import Asked, Rows, read_rows
from store.insights.themes import themes
from store.insights.values import (
    Digest,
    Figure,
    Period,
    Quote,
    Rate,
    RatedAnswer,
    RenewalLine,
    RunLine,
    Scope,
    SetupStep,
    TaskLine,
    Unanswered,
)
from store.tables.accounts import Account, StaffMember, Subscription
from store.tables.conversations import Message
from store.tables.documents import Document
from store.tables.playbooks import PlaybookRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from store.insights.themes import FindThemes
    from store.tables.feedback import Feedback

QUOTE_LENGTH = 240
QUOTES = 5
TOP_UNANSWERED = 5
RENEWAL_WINDOWS = ((0, 30), (31, 60), (61, 90))  # days from today, both ends included


def digest(
    session: Session,
    workspace_id: str,
    period: Period,
    scope: Scope,
    now: datetime,
    *,
    find_themes: FindThemes | None = None,
) -> Digest:
    """The digest of a period for a scope.

    Questions and feedback are those of the period; ratings are those of the period's answers, given at
    any time; runs, tasks and renewals are as they stand at `now`. Without `find_themes` there are no themes.
    """
    rows = read_rows(session, workspace_id, period, scope, now)
    figures = {figure.key: figure for figure in _figures(rows, now)}
    rates = {rate.key: rate for rate in _rates(figures)}
    setup = _setup(session, workspace_id)
    return Digest(
        period=period,
        scope=scope,
        made_at=now,
        mood=_mood(setup, figures),
        figures=figures,
        rates=rates,
        rated=_rated(rows) if rates["answers.helpful"].shown_as == "list" else (),
        quotes=tuple(_quotes(rows)),
        unanswered=tuple(_unanswered(rows)),
        runs=tuple(_run_lines(rows)),
        tasks=tuple(_task_lines(rows, now)),
        renewals=tuple(_renewal_lines(rows, now)),
        setup=setup,
        themes=()
        if find_themes is None
        else themes(session, workspace_id, rows, period=period, scope=scope, now=now, find=find_themes),
    )


def _mood(setup: tuple[SetupStep, ...], figures: dict[str, Figure]) -> Literal["setup", "quiet", "normal"]:
    if not setup[-1].done:
        return "setup"
    return "normal" if figures["questions.asked"].value or figures["feedback.new"].value else "quiet"


# Figures


def _figures(rows: Rows, now: datetime) -> Iterable[Figure]:
    yield from _question_figures(rows)
    yield from _feedback_figures(rows)
    yield from _work_figures(rows, now)
    yield from _renewal_figures(rows, now)
    yield from _account_figures(rows)


def _question_figures(rows: Rows) -> Iterable[Figure]:
    endings: list[tuple[str, str, set[str | None]]] = [
        ("asked", "questions", {"answered", "partial", "clarify", "refused", "error", None}),
        ("answered", "answered", {"answered", "partial"}),
        ("clarified", "asked back", {"clarify"}),
        ("refused", "not found", {"refused"}),
        ("failed", "failed", {"error"}),
        ("waiting", "waiting", {None}),
    ]
    for name, label, statuses in endings:
        yield Figure(
            f"questions.{name}",
            label,
            "question",
            _ended(rows.asked, statuses),
            before=len(_ended(rows.asked_before, statuses)),
        )
    yield Figure(
        "answers.given", "answers given", "question", _ids(r.message for r in rows.asked if r.answer)
    )
    rated = {rating.answer_id for rating in rows.ratings}
    yield Figure(
        "answers.rated",
        "answers rated",
        "question",
        _ids(r.message for r in rows.asked if r.answer and r.answer.id in rated),
    )
    yield Figure("ratings.all", "ratings", "feedback", _ids(rows.ratings))
    yield Figure("ratings.up", "found helpful", "feedback", _ids(r for r in rows.ratings if r.rating == 1))


def _feedback_figures(rows: Rows) -> Iterable[Figure]:
    kinds: list[tuple[str, str, Callable[[Feedback], bool]]] = [
        ("new", "pieces of feedback", lambda _: True),
        ("positive", "positive", lambda row: row.rating == 1),
        ("negative", "negative", lambda row: row.rating == -1),
    ]
    for name, label, test in kinds:
        yield Figure(
            f"feedback.{name}",
            label,
            "feedback",
            _ids(filter(test, rows.feedback)),
            before=len(_ids(filter(test, rows.feedback_before))),
        )


def _work_figures(rows: Rows, now: datetime) -> Iterable[Figure]:
    yield Figure("runs.open", "playbooks running", "run", _ids(rows.open_runs))
    for state in ("active", "paused"):
        yield Figure(f"runs.{state}", state, "run", _ids(r for r in rows.open_runs if r.state == state))
    yield Figure("runs.ended", "playbooks ended", "run", _ids(rows.ended_runs))
    yield Figure("tasks.open", "open tasks", "task", _ids(rows.open_tasks))
    overdue = [task for task in rows.open_tasks if task.due_at and task.due_at < now]
    yield Figure("tasks.overdue", "overdue tasks", "task", _ids(overdue))


def _renewal_figures(rows: Rows, now: datetime) -> Iterable[Figure]:
    active = _active(rows)
    for first, last in RENEWAL_WINDOWS:
        due = [term for term in active if first <= _days_to(term, now) <= last]
        yield Figure(f"renewals.{last}", f"renewals in {first}-{last} days", "subscription", _ids(due))
    passed = [term for term in active if _days_to(term, now) < 0]
    yield Figure("renewals.passed", "renewal dates passed without an outcome", "subscription", _ids(passed))


def _account_figures(rows: Rows) -> Iterable[Figure]:
    with_term = {term.account_id for term in _active(rows)}
    gaps: list[tuple[str, str, Callable[[Account], bool]]] = [
        ("csm", "accounts without a CSM", lambda account: not account.csm_email),
        ("renewal", "customers without a renewal date", lambda a: _is_customer(a) and a.id not in with_term),
        (
            "channel",
            "accounts without a channel",
            lambda a: not (a.slack_channel_id or a.slack_channel_name),
        ),
    ]
    for name, label, test in gaps:
        accounts = sorted(filter(test, rows.accounts.values()), key=lambda account: account.name)
        yield Figure(f"accounts.without_{name}", label, "account", _ids(accounts))


def _rates(figures: dict[str, Figure]) -> Iterable[Rate]:
    asked = figures["questions.asked"]
    yield Rate("questions.answered_share", "share answered", figures["questions.answered"], asked)
    yield Rate("questions.refused_share", "share not found", figures["questions.refused"], asked)
    yield Rate("answers.helpful", "helpful", figures["ratings.up"], figures["ratings.all"])
    yield Rate("answers.coverage", "answers rated", figures["answers.rated"], figures["answers.given"])


# Lines


def _rated(rows: Rows) -> tuple[RatedAnswer, ...]:
    questions = {row.answer.id: row for row in rows.asked if row.answer}
    return tuple(
        RatedAnswer(
            question=questions[rating.answer_id].message.text,
            rating=rating.rating,
            account=_name(rows, rating.account_id),
            channel_id=rating.channel_id,
            message_ts=rating.message_ts,
        )
        for rating in rows.ratings
        if rating.answer_id in questions and rating.rating is not None
    )


def _quotes(rows: Rows) -> list[Quote]:
    """At most five, one a voice where possible, both sides heard where both spoke."""
    said = [row for row in rows.feedback if row.comment and row.comment.strip()]
    said.sort(key=lambda row: (-(_arr(rows, row.account_id)), -row.created_at.timestamp(), row.id))
    chosen: list[Feedback] = []
    for wanted in (-1, 1):
        side = [row for row in said if row.rating == wanted]
        chosen += ([row for row in side if not _heard(row, chosen)] or side)[:1]
    for row in said:
        if len(chosen) < QUOTES and not _heard(row, chosen):
            chosen.append(row)
    return [_quote(rows, row) for row in chosen]


def _heard(row: Feedback, chosen: list[Feedback]) -> bool:
    """Whether this account, or this person of none, is quoted already."""
    voice = row.account_id or row.slack_user_id
    return any(voice == (other.account_id or other.slack_user_id) for other in chosen)


def _quote(rows: Rows, row: Feedback) -> Quote:
    text = (row.comment or "").strip()
    return Quote(
        feedback_id=row.id,
        text=text if len(text) <= QUOTE_LENGTH else text[: QUOTE_LENGTH - 1] + "…",
        rating=row.rating,
        reason=row.reason,
        account=_name(rows, row.account_id),
        slack_user_id=row.slack_user_id,
        at=row.created_at,
        channel_id=row.channel_id,
        message_ts=row.message_ts,
    )


def _unanswered(rows: Rows) -> Iterable[Unanswered]:
    refused = [row for row in rows.asked if row.status == "refused"]
    vectors = {
        index: (row.message.embedding_model or "", row.message.embedding)
        for index, row in enumerate(refused)
        if row.message.embedding
    }
    groups = group_alike([_standalone(row) for row in refused], vectors)
    for group in groups[:TOP_UNANSWERED]:
        members = [refused[index] for index in group]
        first = members[0].message
        names = {name for row in members if (name := _name(rows, row.account_id))}
        yield Unanswered(
            text=_standalone(members[0]),
            figure=Figure(
                f"unanswered.{first.id}", "asked", "question", _ids(row.message for row in members)
            ),
            accounts=tuple(sorted(names)),
            channel_id=first.channel_id,
            message_ts=first.ts,
        )


def _standalone(row: Asked) -> str:
    return (row.answer.standalone_question if row.answer else None) or row.message.text


def _run_lines(rows: Rows) -> Iterable[RunLine]:
    for run in rows.open_runs:
        step = rows.last_steps.get(run.id)
        yield RunLine(
            run_id=run.id,
            account=_name(rows, run.account_id) or run.account_id,
            playbook=run.playbook,
            state=run.state,
            step=(step.title or step.step) if step else None,
            step_state=step.state if step else None,
            since=step.updated_at if step else run.started_at,
        )


def _task_lines(rows: Rows, now: datetime) -> Iterable[TaskLine]:
    for task in rows.open_tasks:
        if task.due_at and task.due_at < now:
            account = _name(rows, task.account_id)
            owner = rows.staff.get((task.owner_email or "").lower())
            overdue = (now - task.due_at).days
            yield TaskLine(task.id, task.title, task.owner_email, account, overdue, owner)


def _renewal_lines(rows: Rows, now: datetime) -> Iterable[RenewalLine]:
    for term in _active(rows):
        days, account = _days_to(term, now), rows.accounts.get(term.account_id)
        if account is not None and days <= RENEWAL_WINDOWS[-1][1]:
            standing, call = rows.standings.get(account.id), rows.calls.get(term.id)
            yield RenewalLine(
                subscription_id=term.id,
                account=account.name,
                renews_on=term.renews_on,
                days=days,
                arr_minor=account.arr_minor if term.arr_minor is None else term.arr_minor,
                currency=account.currency if term.arr_minor is None else term.currency,
                health=standing.score if standing else account.health,
                csm_sentiment=standing.sentiment if standing else account.csm_sentiment,
                forecast=call.category if call else None,
                expected=call.computed if call else None,
            )


# A new workspace


def _setup(session: Session, workspace_id: str) -> tuple[SetupStep, ...]:
    """What a digest needs; the last step is that anything has happened at all."""

    def any_of(model: Any, *conditions: Any) -> bool:
        statement = select(model.id).where(col(model.workspace_id) == workspace_id, *conditions)
        return session.exec(statement.limit(1)).first() is not None

    has_channel = col(Account.slack_channel_id).is_not(None) | col(Account.slack_channel_name).is_not(None)
    used = any_of(Message, col(Message.is_question).is_(True)) or any_of(PlaybookRun)
    return (
        SetupStep("Knowledge", any_of(Document), "guidepost knowledge sync FOLDER"),
        SetupStep("Accounts", any_of(Account), "guidepost accounts import accounts FILE.csv"),
        SetupStep("Staff and roles", any_of(StaffMember), "guidepost accounts import staff FILE.csv"),
        SetupStep("Renewal dates", any_of(Subscription), "guidepost accounts import subscriptions FILE.csv"),
        SetupStep(
            "Customer channels", any_of(Account, has_channel), "fill the column `channel` of accounts.csv"
        ),
        SetupStep("A first question or playbook", used, "mention the bot in a channel, or /cs play start"),
    )


# Small parts


def _ids(rows: Iterable[Any]) -> tuple[str, ...]:
    return tuple(row.id for row in rows)


def _ended(asked: list[Asked], statuses: set[str | None]) -> tuple[str, ...]:
    return _ids(row.message for row in asked if row.status in statuses)


def _active(rows: Rows) -> list[Subscription]:
    return [term for term in rows.subscriptions if term.status == "active"]


def _days_to(term: Subscription, now: datetime) -> int:
    return (term.renews_on - now.date()).days


def _is_customer(account: Account) -> bool:
    return account.stage not in {"consideration", "decision"}


def _name(rows: Rows, account_id: str | None) -> str | None:
    account = rows.accounts.get(account_id or "")
    return account.name if account else None


def _arr(rows: Rows, account_id: str | None) -> int:
    account = rows.accounts.get(account_id or "")
    return (account.arr_minor or 0) if account else 0
