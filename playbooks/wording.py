"""Variables of messages, and texts made of them. A text whose variables are not all known is not used."""

from __future__ import annotations

from datetime import timedelta
from string import Formatter
from typing import TYPE_CHECKING

from playbooks.bands import goal_share, standing
from playbooks.holding import PROMOTER
from playbooks.types import MAX_LABEL, MAX_MESSAGE, STAFF, Question
from playbooks.workdays import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from playbooks.state import Context, Fact, Person, Run, Term
    from playbooks.types import Option, Playbook

FACT_AGE = timedelta(days=45)  # an older observation is not quoted as {fact}
VALUE_LIMIT = 160  # characters of one inserted value, where it is one among others
WHOLE_MESSAGE = 2400  # characters of a message that holds what staff wrote for its reader
QUOTED = 2500  # characters of somebody's words in a notice; with what stands around them, Slack takes no more
LONG_VALUES = frozenset({"brief", "value_recap", "fact"})
DATES_FACT = "dates_wrong"
NO_VALUE = frozenset({"seats_used", "first_login_count", "logins_30d", "setup_progress", "first_value"})
PERIODS = {"multi_year": "several years", "annual": "annual", "monthly": "monthly"}
NUMBERS = ("baseline", "now", "target")
VARIABLES = frozenset(
    {
        "first", "name", "account", "term", "bot", "csm", "csm_first", "plan", "seats", "pre_sale_goal", "goal", "fact",
        "value_event", "value_date", "value_days", "baseline", "now", "target", "date", "days_left", "band",
        "band_why", "brief", "value_recap", "renewed_to", "goals_met", "answer", "answer_text", "score", "praise", "agreed",
        "agreed_purpose", "agreed_scope", "persona",
    }
)  # fmt: skip


class Whole(str):
    """What staff wrote for a customer to read: it is never cut."""

    __slots__ = ()


PREFIXES = ("fact_", "note_", "day_")  # {fact_KIND}, {note_KIND}, {day_ANCHOR}


def variables_of(text: str) -> frozenset[str]:
    """The names in braces; raises ValueError for a lone brace."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def fill(text: str, values: Mapping[str, str], limit: int | None = VALUE_LIMIT) -> str | None:
    """The text with its variables filled in, or None if one of them is not known.

    Args:
        text: with variables in braces.
        values: what is known.
        limit: characters of one value, but for what staff wrote; None cuts nothing.
    """
    if any(not values.get(name) for name in variables_of(text)):
        return None
    return text.format_map({name: _clipped(name, value, limit) for name, value in values.items()}).strip()


def literal(text: str) -> str:
    """The text as it is, for a place where braces mean variables."""
    return text.replace("{", "{{").replace("}", "}}")


def first_known(texts: Iterable[str], values: Mapping[str, str]) -> str | None:
    """The first of several texts whose variables are all known, and that is short enough for a customer.

    What staff wrote for its reader may make it longer than the bot's own words may be.
    """
    for text in texts:
        filled = fill(text, values)
        by_staff = any(isinstance(values.get(name), Whole) for name in variables_of(text))
        if filled is not None and len(filled) <= (WHOLE_MESSAGE if by_staff else MAX_MESSAGE):
            return filled
    return None


def missing_from(texts: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """The variables of these texts that are not known."""
    return sorted({name for text in texts for name in variables_of(text) if not values.get(name)})


def labelled(options: Iterable[Option], values: Mapping[str, str]) -> tuple[Option, ...]:
    """Options with their labels filled in; one whose label needs an unknown variable is left out."""
    filled = ((option, fill(option.label, values)) for option in options)
    return tuple(
        option.model_copy(update={"label": clip(capital(label), MAX_LABEL)})
        for option, label in filled
        if label
    )


def capital(text: str) -> str:
    """The text with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def clip(text: str, limit: int) -> str:
    """The text, cut at a word with an ellipsis if it is longer than the limit."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head).rstrip(" ,.;:") + "…"


def role(audience: str) -> str:
    """An audience in words."""
    return audience.replace("_", " ")


def together(names: Iterable[str]) -> str:
    """Names as one reads them: Ada, Ben and Cy."""
    *before, last = dict.fromkeys(names)
    return f"{', '.join(before)} and {last}" if before else last


def spoken(day: date) -> str:
    """A date for people: 12 March 2026."""
    return f"{day.day} {day:%B %Y}"


def moment_there(moment: datetime, zone: str) -> str:
    """A moment in somebody's own zone: Wed 4 March at 10:00 MST."""
    there = moment.astimezone(zone_of(zone))
    return f"{there:%a} {there.day} {there:%B} at {there:%H:%M %Z}"


def values(
    playbook: Playbook,
    run: Run,
    context: Context,
    now: datetime,
    *,
    person: Person | None = None,
    facts: Iterable[str] = (),
) -> dict[str, str]:
    """All variables that are known now, for a message to that person; `facts` are the kinds {fact} may quote."""
    today = context.calendar().date_of(now)
    found = standing(run, context, now)
    known: dict[str, str | None] = {
        "account": context.account,
        "bot": context.bot,
        "csm": context.csm.name if context.csm else None,
        "csm_first": context.csm.first if context.csm else None,
        "plan": context.plan,
        "seats": str(context.seats) if context.seats else None,
        "pre_sale_goal": context.goal,
        "band": found.band,
        "band_why": found.why,
        "fact": _fact(context, facts, today),
        "value_recap": _recap(context),
        **_first_value(run, context),
        **_dates(run, context, today),
        **_answers(playbook, run, {"pre_sale_goal": context.goal or ""}),
        "renewed_to": run.facts.get("renewed_to"),
        "goals_met": None if context.goals_met is None else str(context.goals_met),
        **_noted(run, context),
    }
    known["goal"] = known.get("goal") or context.goal
    known |= _numbers(context) if known["goal"] == context.goal else {}
    known["brief"] = _brief(run, context, now)
    if person:
        known |= {
            "first": person.first,
            "name": person.name,
            "persona": role(person.persona),
            **_given(person),
            **_agreed(person, context),
        }
    return {name: value for name, value in known.items() if value}


def _given(person: Person) -> dict[str, str | None]:
    """The score that a promoter gave, with what they wrote with it; nobody is thanked for another."""
    if person.score is None or person.score.value < PROMOTER:
        return {}
    return {"score": str(person.score.value), "praise": (person.score.words or "").strip(" .\n") or None}


def _agreed(person: Person, context: Context) -> dict[str, str | None]:
    """What somebody agreed to, of several what ends first."""
    theirs = (one for one in context.consents if one.contact_id == person.id and one.makes_an_advocate)
    first = min(theirs, key=lambda one: one.expires_on, default=None)
    if first is None:
        return {}
    return {"agreed": first.text, "agreed_purpose": first.purpose, "agreed_scope": first.scope}


def _noted(run: Run, context: Context) -> dict[str, str | None]:
    """Every fact by its kind, its sentence for customers, and the day of every anchor."""
    found: dict[str, str | None] = {f"day_{name}": spoken(day) for name, day in run.anchors.items()}
    for kind, fact in context.facts.items():
        found[f"fact_{kind}"], found[f"note_{kind}"] = fact.value, (fact.note or "").rstrip(" .") or None
    return found | {f"fact_{kind}": value for kind, value in run.facts.items()}


def _clipped(name: str, value: str, limit: int | None) -> str:
    whole = limit is None or name in LONG_VALUES or isinstance(value, Whole)
    return value if whole or limit is None else clip(value, limit)


def quotable(context: Context, kinds: Iterable[str], today: date) -> Fact | None:
    """The first of these facts that is fresh and has a sentence for customers."""
    found = (context.facts.get(kind) for kind in kinds)
    return next((f for f in found if f and f.note and today - f.observed_on <= FACT_AGE), None)


def _fact(context: Context, kinds: Iterable[str], today: date) -> str | None:
    """The fact that {fact} quotes, with its date."""
    fact = quotable(context, kinds, today)
    return _cited(fact) if fact else None


def _cited(fact: Fact) -> str:
    return f"{(fact.note or '').rstrip(' .')} (as of {spoken(fact.observed_on)})"


def _recap(context: Context) -> str | None:
    """What this term gave them, as far as facts say so: a line each, at most three, newest first.

    That they use the product is no value in itself, and what was observed in an earlier term is not of this one.
    """
    since = context.term.started_on if context.term else None
    told = [
        fact
        for kind, fact in sorted(context.facts.items())
        if fact.note and not kind.startswith("goal_") and kind not in NO_VALUE
        if since is None or fact.observed_on >= since
    ]
    goal = _goal_progress(context)
    lines = ([capital(goal)] if goal else []) + [
        _cited(f) for f in sorted(told, key=lambda f: f.observed_on, reverse=True)
    ]
    return "\n".join(f"• {line}" for line in lines[:3]) or None


def _goal_progress(context: Context) -> str | None:
    numbers = _numbers(context)
    if not context.goal or not all(numbers.values()):
        return None
    share = goal_share(context)
    reached = "" if share is None else ", reached" if share >= 1 else ", not reached yet"
    return f"{context.goal}: {numbers['baseline']} → {numbers['now']} (target {numbers['target']}{reached})"


def _numbers(context: Context) -> dict[str, str | None]:
    facts = {name: context.facts.get(f"goal_{name}") for name in NUMBERS}
    return {name: fact.value if fact else None for name, fact in facts.items()}


def _first_value(run: Run, context: Context) -> dict[str, str | None]:
    fact = context.facts.get("first_value")
    if not fact:
        return {}
    days = (fact.observed_on - run.anchors["C"]).days if "C" in run.anchors else -1
    return {
        "value_event": (fact.note or fact.value).rstrip(" ."),
        "value_date": spoken(fact.observed_on),
        "value_days": ("1 day" if days == 1 else f"{days} days") if days >= 0 else None,
    }


def _dates(run: Run, context: Context, today: date) -> dict[str, str | None]:
    """The contract's dates; none while the CSM says that they are wrong."""
    if not context.term or run.facts.get(DATES_FACT) == "yes":
        return {}
    left = (context.term.renews_on - today).days
    return {
        "date": spoken(context.term.renews_on),
        "days_left": str(left) if left >= 0 else None,
        "term": _until(context.term, today),
    }


def _until(term: Term, today: date) -> str:
    """How the contract goes on, for the customer: what "your plan" does, and until when they can give notice."""
    if not term.auto_renews:
        return f"runs to {spoken(term.renews_on)}"
    notice = term.renews_on - timedelta(days=term.notice_days or 0)
    in_time = f", unless you give notice by {spoken(notice)}" if notice >= today else ""
    return f"renews by itself on {spoken(term.renews_on)}{in_time}"


def _answers(playbook: Playbook, run: Run, labels: Mapping[str, str]) -> dict[str, str | None]:
    """Answers so far by their key, in words: the person's own, else the option's label."""
    known: dict[str, str | None] = {}
    for record in run.steps.values():
        body = playbook.steps.get(record.step)
        if isinstance(body, Question) and record.answer:
            ticked = (playbook.option(record.step, one) for one in record.answer.split(","))
            words = [fill(option.label, labels) for option in ticked if option]
            said = record.answer_text or ", ".join(filter(None, words)) or record.answer
            kind = Whole if record.audience in STAFF else str
            known[body.ask.key] = kind(said)
            known |= {name: kind(value) for name, value in record.fields.items()}
    return known


def _brief(run: Run, context: Context, now: datetime) -> str:
    """What the CSM should know before the conversation, one line each; and what is not known."""
    found = standing(run, context, now)
    people: dict[str, list[str]] = {}
    for person in context.contacts:
        if person.active:
            people.setdefault(person.persona, []).append(person.name)
    lines = [f"Band: {found.band} ({found.why})."]
    if context.term:
        lines.append(f"Contract: {PERIODS.get(context.term.period, context.term.period)}, {_term(context)}.")
    if context.goal:
        lines.append(f"Goal: {_goal_progress(context) or context.goal}.")
    lines += [f"Fact: {_cited(f)}." for f in _for_the_brief(context)]
    lines.append(
        "People: "
        + ("; ".join(f"{persona}: {', '.join(names)}" for persona, names in people.items()) or "none")
        + "."
    )
    unknown = _unknown(context, people)
    return "\n".join(lines + ([f"What we do not know: {', '.join(unknown)}."] if unknown else []))


def _for_the_brief(context: Context) -> list[Fact]:
    """The newest facts; those of the goal only where its line does not give the numbers."""
    told = bool(_goal_progress(context))
    facts = [f for kind, f in context.facts.items() if f.note and not (told and kind.startswith("goal_"))]
    return sorted(facts, key=lambda fact: (fact.observed_on, fact.kind), reverse=True)[:4]


def _term(context: Context) -> str:
    assert context.term is not None
    renews = (
        f"renews by itself on {spoken(context.term.renews_on)}"
        if context.term.auto_renews
        else f"runs to {spoken(context.term.renews_on)}"
    )
    return renews + (f", notice {context.term.notice_days} days before" if context.term.notice_days else "")


def _unknown(context: Context, people: Mapping[str, object]) -> list[str]:
    gaps = [f"the {persona}" for persona in ("champion", "buyer", "sponsor") if persona not in people]
    checks = (("their goal", context.goal), ("health", context.health), ("usage", context.facts))
    return gaps + [name for name, value in checks if value is None or value == {}]
