"""`/cs qa sample`: last week's sample of answers, the bot's and people's, reviewed on one rubric."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from bot import asking, quality, speaking
from bot.blocks import qa as blocks
from bot.citing import cited_document
from bot.listeners.commands import Subcommand, answer
from bot.slack.incoming import parse_action
from bot.slack.messenger import Posted, Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, take_form, tell
from store import people
from store.insights.qa import last_week, week_of
from store.tables import Account, Message, SampledAnswer, Task, answers, reviews, tasks

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.people import Person
    from store.tables import InboundEvent

REVIEWED = "answer_reviewed"
FIX_DAYS = 5  # working days in which the owner of an article is to mend it
USAGE = "Write `/cs qa sample`, or `/cs qa sample 2026-03-02` for the week of a day."
NOT_OVER = "That week is not over yet. The sample of a week is drawn when it is over."
IN_DM = "I show the sample where only our own team reads along: in our direct messages, or in a channel of your team."


def register(app: App, services: Services) -> None:
    """Listen to the buttons of the list and to the form."""

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open_form(services, parse_action(body, action))

    def reviewed(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        take_form(ack, services, REVIEWED, submitted, blocks.problems(submitted.values))

    app.action(blocks.REVIEW)(wanted)
    app.view(blocks.MODAL)(reviewed)


def show(services: Services, call: Call) -> None:
    """The sample of last week, or of the week of a day."""
    verb, _, day = call.words.strip().partition(" ")
    week, refusal = _week(services, verb, day.strip())
    if call.asked.place.kind not in {"dm", "internal"}:
        refusal = IN_DM
    if refusal or week is None:
        with services.effect_of(call.event.id) as session:
            answer(session, services, call, Speech(text=refusal))
        return
    user_id = call.command.user_id
    with services.database.transaction() as session:
        quality.sample_of_week(session, services, week)
    speech = _list(services, week, user_id)
    with services.effect_of(call.event.id) as session:
        answer(session, services, call, speech)


def _week(services: Services, verb: str, day: str) -> tuple[date | None, str]:
    if verb.lower() not in {"", "sample"}:
        return None, USAGE
    today = services.clock.now().date()
    try:
        week = week_of(date.fromisoformat(day)) if day else last_week(today)
    except ValueError:
        return None, USAGE
    return (week, "") if week <= last_week(today) else (None, NOT_OVER)


def _list(services: Services, week: date, user_id: str) -> Speech:
    """What the reader may review of the week; asks Slack for links, so not for a transaction."""
    with services.database.reading() as session:
        person = asking.person_of(session, services, user_id)
        visible = people.visible_account_ids(session, services.workspace_id, person)
        sampled = reviews.sample_of(session, services.workspace_id, week)
        mine = [one for one in sampled if quality.may_review(session, one, user_id, visible)]
        shown = [_line(session, one, user_id) for one in mine if quality.words_of(session, one)[1]]
        found = quality.results_of_week(session, services.workspace_id, week)
        places = {one.id: session.get_one(Message, one.message_id) for one in mine}
    lines = [blocks.SampleLine(*fields, link=_link(services, places[fields[0]])) for fields in shown]
    return blocks.sample_speech(lines, found)


def _link(services: Services, message: Message) -> str | None:
    return services.messenger.permalink(Posted(message.channel_id, message.ts))


def _line(session: Session, sampled: SampledAnswer, user_id: str) -> tuple[str, str, str, str, int, bool]:
    account = session.get(Account, sampled.account_id) if sampled.account_id else None
    question, said = quality.words_of(session, sampled)
    given = reviews.reviews_of(session, [sampled.id])
    mine = any(one.slack_user_id == user_id for one in given)
    return sampled.id, sampled.kind, account.name if account else "", question or said, len(given), mine


def _reviewable(
    session: Session, services: Services, user_id: str, sampled_id: str
) -> tuple[Person, SampledAnswer | None, str]:
    """The person, the answer if it is theirs to review, and what to say if it is not."""
    person = asking.person_of(session, services, user_id)
    sampled = reviews.find_sampled(session, services.workspace_id, sampled_id)
    if sampled is None or not quality.words_of(session, sampled)[1]:
        return person, None, blocks.GONE
    visible = people.visible_account_ids(session, services.workspace_id, person)
    if not person.may_act_as("csm") or not quality.may_review(session, sampled, user_id, visible):
        return person, None, blocks.NOT_YOURS
    return person, sampled, ""


def _open_form(services: Services, pressed: Pressed) -> None:
    with services.database.reading() as session:
        _, sampled, refusal = _reviewable(session, services, pressed.user_id, pressed.value)
        if sampled is not None:
            question, said = quality.words_of(session, sampled)
            given = reviews.reviews_of(session, [sampled.id])
            marks = next((one.marks for one in given if one.slack_user_id == pressed.user_id), {})
            cites = bool(sampled.answer_id and answers.citations_of(session, sampled.answer_id))
    if sampled is None:
        tell(services, pressed, refusal)
        return
    context = context_of(pressed, sampled_id=sampled.id)
    open_modal(
        services, pressed, blocks.review_modal(question, said, context, marks=marks, with_source=cites)
    )


def carry_out_reviewed(services: Services, event: InboundEvent) -> None:
    """Note the marks; the last word counts. A note reaches who answered, a fix the owner of the article."""
    submitted = Submitted.from_payload(event.payload)
    services.directory.meet(submitted.user_id)
    values = submitted.values
    with services.effect_of(event.id) as session:
        sampled_id = str(submitted.context.get("sampled_id"))
        person, sampled, refusal = _reviewable(session, services, submitted.user_id, sampled_id)
        if sampled is None:
            speaking.reply(session, services, event, Speech(text=refusal))
            return
        note = values.get(blocks.NOTE, "").strip()
        marks = {criterion: values[criterion] for criterion in reviews.CRITERIA}
        reviews.review(
            session, sampled, by=submitted.user_id, marks=marks, note=note, now=services.clock.now()
        )
        if note and sampled.kind == reviews.HUMAN:
            said = quality.words_of(session, sampled)[1]
            _coach(session, services, event, sampled, blocks.coaching_text(person.name, said, note))
        fixed = values.get(blocks.FIX) == "yes" and _fix_source(session, services, sampled, person, note)
        told = ":white_check_mark: Your review is noted." + (
            " The article's owner has a task." if fixed else ""
        )
        speaking.reply(session, services, event, Speech(text=told))


def _coach(
    session: Session, services: Services, event: InboundEvent, sampled: SampledAnswer, text: str
) -> None:
    """A person whose answer was reviewed reads the note."""
    speaking.say(
        session,
        services,
        Speech(text=text),
        key=f"coaching:{event.id}",
        kind="dm",
        slack_user_id=session.get_one(Message, sampled.message_id).slack_user_id,
    )


def _fix_source(
    session: Session, services: Services, sampled: SampledAnswer, reviewer: Person, note: str
) -> bool:
    """A task for who looks after the article that was cited first; for the reviewer where nobody does."""
    cited = answers.citations_of(session, str(sampled.answer_id))
    if not cited:
        return False
    document = cited_document(session, cited[0])
    owner = document.owner if document and document.owner else ""
    named = people.staff_named(session, services.workspace_id, owner) if owner else []
    staff = named[0] if len(named) == 1 else reviewer
    calendar = services.calendar_of(staff.timezone)
    task = Task(
        workspace_id=services.workspace_id,
        key=f"fix_source:{sampled.id}",
        kind="fix_source",
        account_id=sampled.account_id,
        owner_email=staff.email,
        title=f"Mend the article “{cited[0].title}”"[:200],
        body=note or "A review of answers found that it misleads.",
        due_at=calendar.at(calendar.add(calendar.date_of(services.clock.now()), FIX_DAYS)),
        link={"answer_id": sampled.answer_id},
        created_at=services.clock.now(),
    )
    tasks.open_task(session, task)
    return True


QA = Subcommand(
    name="qa",
    usage="qa sample [DAY]",
    description="Last week's sample of answers, the bot's and people's, to review on one rubric",
    role="csm",
    handler=show,
    example="qa sample",
)
HANDLERS = {REVIEWED: carry_out_reviewed}
