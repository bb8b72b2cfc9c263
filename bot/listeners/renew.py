"""`/cs renew @x`: the brief before a renewal, its forecast, its outcome, and a card for what speaks against it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot import asking
from bot.blocks import renew as blocks
from bot.blocks.text import brief
from bot.listeners.about import About, changing, reading
from bot.listeners.commands import Subcommand
from bot.slack.messenger import Posted, Speech
from knowledge.types import Question
from playbooks import loader
from playbooks.objections import objection_in
from store import access
from store.errors import StoreError
from store.insights import forecast as forecasting
from store.insights.account_rows import read_account
from store.insights.renewal_brief import renewal_brief
from store.insights.standing import standing_of
from store.tables import Account, Forecast, Renewal, accounts, playbooks, renewals, signals

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.listeners.about import Told
    from bot.services import Services
    from playbooks.types import Playbook
    from store.insights.brief_values import Brief, Line
    from store.tables import Subscription

PLAYBOOK = "renewal"
USAGE = "Whose renewal? Write `/cs renew` and a name, then `brief`, `forecast`, `outcome` or `objection`."
NO_WORDS = (
    "What do they say? Write it after `objection`, like `/cs renew @account objection it is too expensive`."
)
ANSWERED = frozenset({"answered", "partial"})
_SWING = re.compile(r"^swing\s+(\d+(?:[.,]\d{1,2})?)\s*", re.IGNORECASE)
_REASON = re.compile(r"^[a-z_]+\.[a-z_]+$")


def show_brief(services: Services, told: Told) -> Speech:
    """The brief, with where each line stands."""
    made = brief_of(services, told.account.id)
    links = {line: link for line in made.lines if (link := _link(services, line))}
    return blocks.brief_speech(made, links)


def brief_of(services: Services, account_id: str) -> Brief:
    """The brief of an account as things are now."""
    with services.database.reading() as session:
        account = session.get_one(Account, account_id)
        rows = read_account(session, account, services.clock.now())
        return renewal_brief(rows, signals.signals_of(session, account_id))


def _link(services: Services, line: Line) -> str | None:
    source = line.source
    if not (source.channel_id and source.ts):
        return None
    return services.messenger.permalink(Posted(source.channel_id, source.ts))


# Forecast


def forecast(session: Session, services: Services, told: Told) -> Speech:
    """`forecast [CATEGORY [swing AMOUNT] WHY]`: a call, or what was called so far."""
    term = _term(session, told.account)
    if not told.rest:
        return blocks.forecast_speech(forecast_view(session, services, told, term))
    category, _, rest = told.rest.partition(" ")
    swing = _SWING.match(rest.strip())
    why = rest.strip()[swing.end() :] if swing else rest.strip()
    swing_minor = round(float(swing[1].replace(",", ".")) * 100) if swing else 0
    days = (term.renews_on - services.clock.now().date()).days
    forecasting.check_call(category.lower(), days, swing_minor, term.arr_minor)
    if not why:
        raise StoreError(f"Why {category.lower()}? One line is enough; it is what the manager reads.")
    view = forecast_view(session, services, told, term)
    call = Forecast(
        workspace_id=services.workspace_id,
        key=f"command:{told.event.id}",
        account_id=told.account.id,
        subscription_id=term.id,
        term_end=term.renews_on,
        category=category.lower(),
        computed=view.expected,
        swing_minor=swing_minor,
        why=why[:1000],
        by_name=told.person.name,
        by_email=told.person.email,
        at=services.clock.now(),
    )
    renewals.add_forecast(session, call)
    return blocks.forecast_speech(forecast_view(session, services, told, term), ":white_check_mark: Noted.")


def forecast_view(
    session: Session, services: Services, told: Told, term: Subscription
) -> blocks.ForecastView:
    """What the figures and people expect of a term."""
    account = told.account
    today = services.clock.now().date()
    facts = {fact.kind: fact.value for fact in accounts.latest_usage(session, account.id)}
    standing = standing_of(session, account, today)
    is_red = standing.sentiment == "red" or (standing.score is not None and standing.score < 50)
    band = "red" if is_red else (standing.band if standing.band != "unknown" else _band(standing.score))
    ground = forecasting.Ground(
        band=band,
        days=(term.renews_on - today).days,
        leaving=facts.get(forecasting.LEAVING_FACT, "no").lower() != "no",
        signed=forecasting.SIGNED_FACT in facts,
        contradiction=signals.current_signal(session, account.id, "contradiction") is not None,
    )
    expected, why = forecasting.expected(ground)
    calls = renewals.forecasts_of(session, term)
    return blocks.ForecastView(
        account=account.name,
        renews_on=term.renews_on,
        days=ground.days,
        expected=expected,
        why=why,
        calls=tuple(calls),
        needs_call=forecasting.needs_call(ground.days, calls),
        closed=renewals.renewal_of(session, term),
        locale=told.person.locale,
    )


def _band(score: int | None) -> str:
    return "unknown" if score is None else ("green" if score >= 75 else "yellow")


def _term(session: Session, account: Account) -> Subscription:
    term = accounts.running_subscription(session, account.id)
    if term is None:
        raise StoreError(blocks.NO_TERM.format(name=account.name))
    return term


# Outcome


def outcome(session: Session, services: Services, told: Told) -> Speech:
    """`outcome CODE [GROUP.REASON] [WORDS]`: how it ended; without a code, what there is."""
    playbook = loader.find(services.runner.definitions, PLAYBOOK).playbook
    need = [code for code, one in playbook.outcomes.items() if one.needs_reason]
    labels = {code: one.label for code, one in playbook.outcomes.items()}
    if not told.rest:
        return blocks.outcomes_speech(told.account.name, labels, playbook.reasons, need)
    code, reason, words = _parts(told.rest)
    term = _term(session, told.account)
    _check_outcome(services, playbook, told.account, code, reason)
    today = services.clock.now().date()
    row = Renewal(
        workspace_id=services.workspace_id,
        account_id=told.account.id,
        subscription_id=term.id,
        term_end=term.renews_on,
        outcome=code,
        reason=reason or None,
        reason_text=words[:1000],
        on_time=today <= term.renews_on and code != "renewed_late",
        closed_by=told.person.name,
        closed_at=services.clock.now(),
    )
    if not renewals.close_renewal(session, row):
        known = renewals.renewal_of(session, term)
        raise StoreError(
            f"That term is closed already: {known.outcome if known else code}. Import the next one if it was renewed."
        )
    ended = _end_run(session, services, told, code, reason)
    late = "" if row.on_time else ", late"
    follows = " The renewal playbook ends with it." if ended else ""
    return Speech(
        text=f":white_check_mark: {brief(told.account.name)}: *{brief(labels[code])}*{late}"
        + (f" ({brief(reason)})" if reason else "")
        + f".{follows} Import the new term, if there is one, with `guidepost accounts import subscriptions FILE.csv`."
    )


def _parts(words: str) -> tuple[str, str, str]:
    code, _, rest = words.strip().partition(" ")
    first, _, more = rest.strip().partition(" ")
    reason = first.lower() if _REASON.match(first.lower()) else ""
    return code.lower(), reason, more.strip() if reason else rest.strip()


def _check_outcome(services: Services, playbook: Playbook, account: Account, code: str, reason: str) -> None:
    """Raise StoreError unless the outcome is one, with a reason that is one where it needs one."""
    known = playbook.outcomes.get(code)
    if known is None:
        raise StoreError(f"“{code}” is no outcome. There are: {', '.join(playbook.outcomes)}.")
    reasons = {f"{group}.{name}" for group, names in playbook.reasons.items() for name in names}
    if reason and reason not in reasons:
        raise StoreError(f"“{reason}” is no reason. `/cs renew @{account.name} outcome` lists them.")
    if known.needs_reason and not reason:
        raise StoreError(f"“{known.label}” needs a reason. `/cs renew @{account.name} outcome` lists them.")
    large = (account.arr_minor or 0) >= services.settings.guidepost_ent_from * 100
    if large and reason.startswith("unknown"):
        raise StoreError(
            f"{account.name} is too large for an unknown reason. Ask them, and choose the nearest."
        )


def _end_run(session: Session, services: Services, told: Told, code: str, reason: str) -> bool:
    """Tell the renewal's run how it ended, if one is open."""
    for run in playbooks.open_runs(session, services.workspace_id, [told.account.id]):
        if run.playbook == PLAYBOOK and code in services.runner.outcomes(run.id):
            services.runner.record_outcome_in(session, run.id, told.user_id, code, reason=reason or None)
            return True
    return False


# Objections


def objection(services: Services, told: Told) -> Speech:
    """What the knowledge base says to what they say, what it does not, and what to ask first."""
    if not told.rest:
        return Speech(text=NO_WORDS)
    found = objection_in(told.rest)
    with services.database.reading() as session:
        asked = asking.in_place(session, services.workspace_id, told.person, access.DM)
    answered = services.answers.answer(Question(told.rest, asked.asker))
    if answered.status not in ANSWERED and found.look_up:  # their words name nothing: what is behind them may
        answered = services.answers.answer(Question(found.look_up, asked.asker))
    has_facts = answered.status in ANSWERED
    return blocks.objection_speech(
        blocks.ObjectionCard(
            account=told.account.name,
            words=told.rest,
            objection=found,
            facts=answered.answer if has_facts else "",
            sources=tuple((one.title, one.uri) for one in answered.citations) if has_facts else (),
            nearest=tuple(dict.fromkeys(one.title for one in answered.closest)),
        )
    )


ABOUT = About(
    "renew",
    verbs={
        "": reading(show_brief),
        "brief": reading(show_brief),
        "forecast": changing(forecast),
        "outcome": changing(outcome),
        "objection": reading(objection),
    },
    usage=USAGE,
)
RENEW = Subcommand(
    name="renew",
    usage="renew @customer [brief | forecast | outcome | objection THEIR WORDS]",
    description="The brief before a renewal, what is expected of it, how it ended",
    role="csm",
    handler=ABOUT,
    example="renew @Harbour brief",
)
