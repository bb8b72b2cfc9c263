"""A promise is written down with what follows from it: its owner hears of it on its day, and once it is late."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from bot import asking, speaking
from bot.blocks import promise as blocks
from bot.deliver import Moot, View
from store.tables import Account, Promise, promises

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.messenger import Speech
    from store.tables import OutboxMessage

REMINDER = "promise_reminder"
ON_ITS_DAY, LATE = "day", "late"
MORNING = time(9, 0)  # in the owner's zone


def note(session: Session, services: Services, promise: Promise) -> bool:
    """Write a promise down; False if it is there already.

    Its owner is reminded on its day, and on the working day after it asked whether it was kept.
    """
    if not promises.make_promise(session, promise):
        return False
    owner = asking.person_of(session, services, promise.said_by)
    calendar = services.calendar_of(owner.timezone)
    moments = {
        ON_ITS_DAY: calendar.at(promise.due_on, MORNING),
        LATE: calendar.at(calendar.on_or_after(promise.due_on + timedelta(days=1)), MORNING),
    }
    for when, moment in moments.items():
        if moment > services.clock.now():
            speaking.send(
                session,
                services,
                REMINDER,
                key=f"promise:{promise.id}:{when}",
                kind="dm",
                slack_user_id=promise.said_by,
                due_at=moment,
                promise_id=promise.id,
                when=when,
            )
    return True


def _render(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        promise = session.get(Promise, message.payload["promise_id"])
        if promise is None or promise.state != promises.OPEN:
            raise Moot("That promise is settled.")
        account = session.get_one(Account, promise.account_id)
    return blocks.reminder_speech(promise, account.name, late=message.payload["when"] == LATE)


VIEWS = {REMINDER: View(render=_render)}
