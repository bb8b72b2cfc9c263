"""Stories: what people write, press and hear, one line after the other, told to the running product.

    Tom: /cs play start onboarding @Petal & Post
    Tom presses Start it
    Mira hears: Hi Mira, I'm Guidepost
    Mira presses Our whole team uses it (on: good first month)
    -- 7 days
    Mira hears: How did setup go?
    Mira replies: well, some bumps
    Mira in #fernway-community: What is a depot?
    Tom hears nothing

`hears` takes the oldest message of the bot that this person has not been said to hear yet (`…` stands for
anything); `sees` is about what is on their screen now; `hears nothing` is about the time since the last thing
that anybody did, or since the last `--`. Times are of the moved clock; whatever is due on the way happens.
"""

from __future__ import annotations

import re
import textwrap
from datetime import datetime, timedelta
from html import unescape

import yaml
from sqlmodel import select

from bot.local import sample
from bot.schedule import Schedule
from bot.watching import Watch, triggers_of
from store.accounts_import import import_csv
from store.tables import Account, OutboxMessage, PlaybookRun, RunStep, Task
from tests.bot_fixtures import texts_of

LINES = (
    (re.compile(r"-- (\d+) (minute|hour|day)s?$"), "_later"),
    (re.compile(r"-- until (\d{4}-\d\d-\d\d \d\d:\d\d)$"), "_until"),
    (re.compile(r"(\w+) hears nothing$"), "_hears_nothing"),
    (re.compile(r"(\w+) hears: (.+)$"), "hears"),
    (re.compile(r"(\w+) sees: (.+)$"), "sees"),
    (re.compile(r"(\w+) presses (.+?)(?: \(on: (.+)\))?$"), "press"),
    (re.compile(r"(\w+) replies: (.+)$"), "_replies"),
    (re.compile(r"(\w+) in #([\w-]+): (.+)$"), "_says_in"),
    (re.compile(r"(\w+): (.+)$"), "_says"),
)


class Story:
    """The product while a story is told.

    Args:
        bot: a `BotUnderTest`.
        looks_daily: the account that is looked at once a day on the way, as the running bot does with all; or None.
    """

    def __init__(self, bot, *, looks_daily=None):
        self.bot, self.services = bot, bot.services
        self.looks_daily = looks_daily
        self.told = []
        self._heard, self._alone = set(), {}
        self._schedule = Schedule(bot.services)
        self._watch, self._triggers = Watch(bot.services), triggers_of(bot.services)
        self._since = 0.0
        directory = yaml.safe_load((sample.FOLDER / "directory.yaml").read_text(encoding="utf-8"))
        self._channels = {one["name"]: one["id"] for one in directory["channels"]}
        self._users = {one["name"].title(): one["id"] for one in directory["users"]}

    def tell(self, story):
        """Carry out a story line by line; each that does not come true fails with what was there."""
        for line in filter(None, map(str.strip, textwrap.dedent(story).splitlines())):
            self.told.append(f"{self.services.clock.now():%a %d %b %H:%M}  {line}")
            for pattern, name in LINES:
                if found := pattern.match(line):
                    getattr(self, name)(*found.groups())
                    break
            else:
                raise ValueError(f"not a line of a story: {line}")

    # What people do

    def press(self, name, label, on=None):
        """Press the button, or choose the option, that is labelled so in the newest message that has one.

        With `on`, in the newest that says these words, too.
        """
        self._act()
        user = self._users[name]
        for message in reversed(self._shown(user)):
            if (found := _labels(message).get(label)) and _says(message, on or ""):
                action_id, option = found
                self.bot.press(user, message, action_id, option=option)
                return
        raise AssertionError(f"{name} has no button “{label}”; they see:\n{self._screen(name)}")

    def has(self, name, label):
        """Whether somebody could press that."""
        return any(label in _labels(one) for one in self._shown(self._users[name]))

    def form(self, name, **values):
        """Fill in and send off the modal that has opened; values by block id. Returns Slack's answer."""
        user = self._users[name]
        answered = self.bot.submit(user, self.bot.modal(user), **values)
        self.happens()
        return answered

    def _says(self, name, words):
        self._act()
        user = self._users[name]
        if words.startswith("/cs "):
            place = self.bot.dm(user)
            seen = self.bot.command(user, place, words.removeprefix("/cs "))
            self._alone.setdefault(user, []).extend(seen)
        else:
            self.bot.say(user, self.bot.dm(user), words)
        self.happens()

    def _says_in(self, name, channel, words):
        self._act()
        self.bot.say(self._users[name], self._channels[channel], words)
        self.happens()

    def _replies(self, name, words):
        """In the thread of the newest message with buttons, as one answers a question."""
        self._act()
        user = self._users[name]
        question = next(one for one in reversed(self._shown(user)) if _labels(one))
        place = question.get("channel") or self.bot.dm(user)
        self.bot.say(user, place, words, thread_ts=question.get("thread_ts") or question["ts"])
        self.happens()

    def _act(self):
        self.happens()
        self._since = max((float(one["ts"]) for one in self._everything()), default=0.0)

    # Time

    def _later(self, number, unit):
        self.wait(timedelta(**{f"{unit}s": int(number)}))

    def _until(self, moment):
        until = datetime.fromisoformat(moment).replace(tzinfo=self.services.clock.now().tzinfo)
        self.wait(until - self.services.clock.now())

    def wait(self, by):
        """Let time pass, from one thing that is due to the next."""
        self._act()
        clock = self.services.clock
        goal = clock.now() + by
        looks = clock.now().replace(hour=20, minute=0)  # by then it is morning everywhere
        while True:
            looks = looks if looks > clock.now() or not self.looks_daily else looks + timedelta(days=1)
            due = self.services.runner.next_due()
            moments = [due] if due else []
            moments += [looks] if self.looks_daily else []
            if not moments or min(moments) > goal:
                break
            clock.advance(max(min(moments) - clock.now(), timedelta(0)))
            if self.looks_daily and clock.now() >= looks:
                self._look()
            self.happens()
        clock.advance(goal - clock.now())
        self.happens()

    def _look(self):
        account_id = self.account(self.looks_daily).id
        with self.bot.database.transaction() as session:
            self._watch.look(session, account_id)
            self._triggers.look(session, account_id)

    def is_down(self, by):
        """The bot is not running for that long; then it starts again."""
        self._act()
        self.services.clock.advance(by)
        self.happens()

    def happens(self):
        """Carry out what is due now."""
        while self._schedule.run_until_idle():
            self.bot.settle()
        self.bot.settle()

    # What people hear

    def hears(self, name, words):
        """The oldest message with these words that they have not heard yet is heard."""
        user = self._users[name]
        for message in self._shown(user):
            key = message.get("id") or (message["channel"], message["ts"])
            if key not in self._heard and _says(message, words):
                self._heard.add(key)
                return
        raise AssertionError(f"{name} does not hear “{words}”; they see:\n{self._screen(name)}")

    def sees(self, name, words):
        """Some message on their screen says it."""
        if not any(_says(one, words) for one in self._shown(self._users[name])):
            raise AssertionError(f"{name} does not see “{words}”; they see:\n{self._screen(name)}")

    def _hears_nothing(self, name):
        user = self._users[name]
        new = [one for one in self._messages(user) if float(one["ts"]) > self._since]
        assert new == [], f"{name} hears:\n" + "\n".join(texts_of(one) for one in new)

    def heard(self, name, words=""):
        """Every message of the bot in their DM that says it, oldest first, as text."""
        return [texts_of(one) for one in self._messages(self._users[name]) if _says(one, words)]

    def channel(self, name, channel, words=""):
        """The same in a channel."""
        return [
            texts_of(one)
            for one in self._of_bot(self._users[name], self._channels[channel])
            if _says(one, words)
        ]

    # What is stored

    def rows(self, kind, *where):
        """Rows of a table."""
        return self.bot.rows(select(kind).where(*where))

    def account(self, called):
        """An account by its name."""
        [found] = self.rows(Account, Account.name == called)
        return found

    def run(self, called, playbook):
        """The newest run of a playbook at an account."""
        account = self.account(called)
        runs = self.rows(PlaybookRun, PlaybookRun.account_id == account.id, PlaybookRun.playbook == playbook)
        return max(runs, key=lambda run: run.id)

    def steps(self, run):
        """The steps of a run by key."""
        return {step.key: step for step in self.rows(RunStep, RunStep.run_id == run.id)}

    def tasks(self, words=""):
        """Titles of tasks that hold these words."""
        return [task.title for task in self.rows(Task) if words in task.title]

    def sent(self, *views):
        """What went out by playbooks to customers, oldest first; or what was shown as one of `views`."""
        wanted = views or ("playbook_message",)
        rows = self.rows(OutboxMessage, OutboxMessage.state == "sent", OutboxMessage.kind != "update")
        chosen = [row for row in rows if row.payload.get("view") in wanted]
        return sorted(chosen, key=lambda row: (row.sent_at, row.id))

    def answer_until(self, moment, **answers):
        """Until a moment, whoever has a button that is labelled so presses it, each at most once a day.

        Args:
            moment: as `2026-05-01`.
            answers: by first name, the label.
        """
        end = datetime.fromisoformat(moment).replace(tzinfo=self.services.clock.now().tzinfo)
        while self.services.clock.now() < end:
            self.wait(timedelta(days=1))
            for name, label in answers.items():
                if self.has(name, label):
                    self.press(name, label)
                    self.happens()

    def change(self, kind, called, **values):
        """Set fields of the row that is called so, as an import would."""
        with self.bot.database.transaction() as session:
            row = session.exec(select(kind).where(kind.name == called)).one()
            for field, value in values.items():
                setattr(row, field, value)
            session.add(row)

    def imports(self, noun, *lines):
        """A file of accounts, contacts, subscriptions or usage comes in; its head first."""
        now = self.services.clock.now()
        text = "\n".join(lines)
        report = import_csv(self.bot.database, self.services.workspace_id, noun, text, now=now)
        assert not report.failed, report

    def publish(self, *names):
        """These playbooks begin by themselves from now on."""
        runner = self.services.runner
        for name in names:
            runner.publish(runner.definitions[name], "U0NOOR", self.services.workspace_id)

    # Screens

    def _everything(self):
        return [one for user in list(self.bot._pages) for one in self._messages(user)]

    def _shown(self, user):
        """What a person sees of the bot in their DM, and what it says to them alone, oldest first."""
        alone = self.bot.seen(user, self.bot.dm(user)).ephemerals
        messages = [*self._messages(user), *alone]
        return sorted(messages, key=lambda one: float(one["ts"]))

    def _messages(self, user):
        return self._of_bot(user, self.bot.dm(user))

    def _of_bot(self, user, channel):
        found = []
        for root in self.bot.seen(user, channel).messages:
            thread = (
                self.bot.seen(user, channel, thread=root["ts"]).messages if root.get("reply_count") else []
            )
            found += thread or [root]
        ours = [one for one in found if one.get("user") == self.services.bot_user_id]
        return sorted(ours, key=lambda one: float(one["ts"]))

    def _screen(self, name):
        shown = self._shown(self._users[name])[-12:]
        screen = "\n---\n".join(f"{texts_of(one)}\n{[*_labels(one)]}" for one in shown)
        return screen + "\n\nuntil then:\n" + "\n".join(self.told)


def _says(message, words):
    parts = map(re.escape, filter(None, (part.strip() for part in words.split("…"))))
    return re.search(".*?".join(parts), unescape(texts_of(message)), re.DOTALL) is not None


def _labels(message):
    """What can be pressed or chosen in a message: its label, with the action and, of a menu, the option."""
    found = {}
    for block in message.get("blocks", ()):
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            if element.get("type") == "button":
                found.setdefault(element["text"]["text"], (element["action_id"], None))
            for option in _options(element):
                found.setdefault(option["text"]["text"], (element["action_id"], option["value"]))
    return found


def _options(element):
    groups = element.get("option_groups", ())
    return [*element.get("options", ()), *(one for group in groups for one in group["options"])]
