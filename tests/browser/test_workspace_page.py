"""The page on the real local workspace, with a small real Bolt app on the other side of its socket."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.local.clock import LocalClock
from bot.local.directory import Channel, Directory, User
from bot.local.manifest import AppConfig, Completion, Prompt, Shortcut, SlashCommand
from bot.local.server import LocalWorkspace
from store.clock import SystemClock
from tests.local_slack import PATIENT, bolt_app, connected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page
    from slack_bolt import App

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ADA, BEN, MIA, BOT = "U1ADA", "U2BEN", "U3MIA", "U0GUIDEPOST"
DIRECTORY = Directory(
    team_name="Northwind",
    users=(
        User(ADA, "ada", "Ada Park", title="Operations lead", role_hint="End user"),
        User(
            BEN,
            "ben",
            "Ben Okafor",
            tz="Asia/Kolkata",
            title="Customer success manager",
            role_hint="CSM",
            is_staff=True,
        ),
        User(MIA, "mia", "Mia Lind", title="Head of customer success", role_hint="Manager", is_staff=True),
    ),
    channels=(
        Channel("C1GENERAL", "general", (ADA, BEN, MIA, BOT), topic="All of us"),
        Channel("C2STAFF", "cs-team", (BEN, MIA, BOT)),
        Channel("D9ADABEN", is_im=True, members=(ADA, BEN)),
    ),
    personas=(ADA, BEN, MIA),
)
COMMAND = SlashCommand(
    "/cs",
    "Customer success",
    "[help]",
    (
        Completion("ask", "Ask a question"),
        Completion("play list", "List playbooks"),
        Completion("play start", "Start one"),
    ),
)
CONFIG = AppConfig(
    commands=(COMMAND,),
    shortcuts=(
        Shortcut("save_feedback", "Save as feedback"),
        Shortcut("promise", "Make a promise", type="global"),
    ),
    prompts=(Prompt("Invite a colleague", "How do I invite a colleague?"),),
)


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def build_bot(app: App, go_on: threading.Event) -> None:
    """A bot that does one of everything a page must show."""

    @app.event("app_mention")
    def mentioned(event, say):
        button = {"type": "button", "action_id": "more", "text": plain("Tell more"), "value": "42"}
        blocks = [
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}},
            {"type": "actions", "block_id": "a", "elements": [button]},
        ]
        say(text="Hello", blocks=blocks, thread_ts=event.get("thread_ts") or event["ts"])

    @app.action("more")
    def more(ack, body, respond):
        ack()
        respond(
            text=f"You pressed {body['actions'][0]['value']}.",
            response_type="ephemeral",
            replace_original=False,
        )

    @app.command("/cs")
    def command(ack, body, client, respond):
        ack()
        if body["text"] == "form":
            element = {"type": "plain_text_input", "action_id": "text"}
            field = {"type": "input", "block_id": "why", "label": plain("Why"), "element": element}
            view = {
                "type": "modal",
                "callback_id": "form",
                "title": plain("A form"),
                "submit": plain("Send"),
                "blocks": [field],
            }
            client.views_open(trigger_id=body["trigger_id"], view=view)
        else:
            respond(f"You said: {body['text']}")

    @app.view("form")
    def submitted(ack, view, body, client):
        text = view["state"]["values"]["why"]["text"]["value"]
        if len(text) < 5:
            ack(response_action="errors", errors={"why": "Please say a little more."})
            return
        ack()
        client.chat_postMessage(channel="C1GENERAL", text=f"<@{body['user']['id']}> wrote: {text}")

    @app.event("message")
    def direct(event, client):
        if event.get("channel_type") != "im" or event.get("subtype"):
            return
        place = {"channel": event["channel"], "thread_ts": event.get("thread_ts") or event["ts"]}
        client.assistant_threads_setStatus(
            channel_id=place["channel"], thread_ts=place["thread_ts"], status="is searching…"
        )
        go_on.wait(20)
        stream = client.chat_startStream(
            **place,
            recipient_user_id=event["user"],
            recipient_team_id="T0LOCALTEAM",
            markdown_text="Open **Settings**",
        )
        go_on.clear()
        go_on.wait(20)
        client.chat_appendStream(
            channel=place["channel"], ts=stream["ts"], markdown_text=" and choose **Invite**."
        )
        client.chat_stopStream(channel=place["channel"], ts=stream["ts"])

    @app.event("app_home_opened")
    def home(event, client):
        if event["tab"] == "home":
            header = {"type": "header", "text": plain("Welcome to Guidepost")}
            client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [header]})

    @app.shortcut("save_feedback")
    def saved(ack, body, client):
        ack()
        client.chat_postEphemeral(
            channel=body["channel"]["id"], user=body["user"]["id"], text=f"Saved: {body['message']['text']}"
        )


@pytest.fixture(scope="module")
def go_on() -> threading.Event:
    """Lets the bot's next step happen, so that a test can look at what is shown in between."""
    return threading.Event()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, go_on: threading.Event) -> Iterator[LocalWorkspace]:
    folder: Path = tmp_path_factory.mktemp("workspace")
    clock = LocalClock(folder, SystemClock())
    with LocalWorkspace(
        folder, clock, directory=DIRECTORY, config=CONFIG, trigger_seconds=PATIENT
    ) as running:
        app = bolt_app(running)
        build_bot(app, go_on)
        with connected(running, app):
            yield running


def visit(page: Page, workspace: LocalWorkspace, *, user: str = ADA, channel: str = "C1GENERAL") -> None:
    page.goto(f"{workspace.page_url}#as={user}&channel={channel}")
    expect(page.get_by_test_id("connection")).to_have_text("Connected")
    expect(page.get_by_test_id("persona-switcher")).to_have_attribute("data-user", user)
    page.wait_for_timeout(150)


def say(page: Page, text: str, box: str = "composer") -> None:
    page.get_by_test_id(box).fill(text)
    page.get_by_test_id(box).press("Enter")


def test_a_first_visit_lands_at_the_assistant(page: Page, workspace: LocalWorkspace) -> None:
    page.goto(workspace.page_url)
    expect(page.get_by_test_id("workspace-name")).to_have_text("Northwind")
    expect(page.get_by_test_id("pane-title")).to_have_text("Guidepost")
    expect(page.get_by_test_id("prompt-chip")).to_have_text("Invite a colleague")
    assert f"as={ADA}" in page.url


def test_a_mention_is_answered_in_its_thread_and_a_click_in_private(
    page: Page, workspace: LocalWorkspace
) -> None:
    visit(page, workspace)
    say(page, "@Guidepost hello *there* & <you>")
    asked = page.get_by_test_id("message-log").get_by_test_id("message").last
    expect(asked.locator(".text")).to_have_text("@Guidepost hello there & <you>")
    expect(asked.locator("strong")).to_have_text("there")
    thread = page.get_by_test_id("thread-pane")
    answer = thread.get_by_test_id("message").filter(has_text="Hello").last
    answer.get_by_test_id("action-more").click()
    private = page.get_by_test_id("ephemeral").filter(has_text="You pressed 42.")
    expect(private).to_contain_text("Only visible to you")
    expect(asked.get_by_test_id("thread-open")).to_contain_text("1 reply")
    page.reload()
    expect(thread.get_by_test_id("action-more")).to_be_visible()
    page.get_by_test_id("thread-close").click()
    expect(thread).to_be_hidden()
    assert "thread=" not in page.url


def test_a_reply_in_a_thread_is_counted(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace)
    say(page, "a root")
    root = page.get_by_test_id("message-log").get_by_test_id("message").filter(has_text="a root")
    root.hover()
    root.get_by_test_id("message-reply").click()
    say(page, "a reply", "thread-composer")
    expect(page.get_by_test_id("thread-log").get_by_test_id("message").last).to_contain_text("a reply")
    expect(root.get_by_test_id("thread-open")).to_contain_text("1 reply")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("thread-pane")).to_be_hidden()


def test_own_messages_are_edited_and_deleted(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace)
    say(page, "first wrods about @Ben Okafor")
    mine = page.get_by_test_id("message").filter(has_text="first wrods")
    mine.hover()
    mine.get_by_test_id("message-actions").click()
    page.get_by_test_id("edit").click()
    box = page.get_by_test_id("edit-text")
    expect(box).to_have_value("first wrods about @Ben Okafor")
    box.fill("second words")
    box.press("Enter")
    changed = page.get_by_test_id("message").filter(has_text="second words")
    expect(changed).to_contain_text("(edited)")
    changed.hover()
    changed.get_by_test_id("quick-+1").click()
    expect(changed.get_by_test_id("reaction-+1")).to_have_attribute("aria-pressed", "true")
    changed.get_by_test_id("reaction-+1").click()
    expect(changed.get_by_test_id("reaction-+1")).to_have_count(0)
    changed.get_by_test_id("message-actions").click()
    page.get_by_test_id("delete").click()
    page.get_by_test_id("confirm-ok").click()
    expect(changed).to_have_count(0)


def test_others_messages_offer_no_edit_but_the_apps_shortcut(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace, user=BEN)
    say(page, "from Ben to all")
    visit(page, workspace, user=ADA)
    message = page.get_by_test_id("message").filter(has_text="from Ben to all")
    message.hover()
    message.get_by_test_id("message-actions").click()
    expect(page.get_by_test_id("edit")).to_have_count(0)
    page.get_by_test_id("shortcut-save_feedback").click()
    expect(page.get_by_test_id("ephemeral").last).to_contain_text("Saved: from Ben to all")


def test_a_command_is_completed_with_the_keyboard_and_answered(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace)
    box = page.get_by_test_id("composer")
    box.press_sequentially("/c")
    expect(page.get_by_test_id("completion-option")).to_have_count(1)
    box.press("Tab")
    expect(page.get_by_test_id("completion-option")).to_have_count(3)
    box.press_sequentially("pl")
    expect(page.get_by_test_id("completion-option")).to_have_count(2)
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value(re.compile(r"^/cs play start ?$"))
    box.press("Enter")
    expect(page.get_by_test_id("ephemeral").last).to_contain_text("You said: play start")


def test_an_unknown_command_is_refused_with_a_sentence(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace)
    say(page, "/nonsense now")
    expect(page.get_by_test_id("toast")).to_contain_text("/nonsense")
    expect(page.get_by_test_id("composer")).to_have_value("/nonsense now")


def test_a_mention_is_completed_and_sent_as_that_person(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace)
    box = page.get_by_test_id("composer")
    box.press_sequentially("ask @ben")
    page.get_by_test_id("completion-option").filter(has_text="Ben Okafor").wait_for()
    box.press("Enter")
    expect(box).to_have_value("ask @Ben Okafor ")
    box.press_sequentially("please")
    box.press("Enter")
    expect(page.get_by_test_id("message").last.locator(f"[data-user={BEN}]")).to_have_text("@Ben Okafor")


def test_a_new_line_is_not_a_send(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace)
    box = page.get_by_test_id("composer")
    box.press_sequentially("one")
    box.press("Shift+Enter")
    box.press_sequentially("two")
    expect(box).to_have_value("one\ntwo")
    box.press("Enter")
    expect(page.get_by_test_id("message").last.locator(".text br")).to_have_count(1)


def test_a_modal_refuses_in_place_then_goes_through(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace)
    say(page, "/cs form")
    modal = page.get_by_test_id("modal")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("error-why")).to_be_visible()
    modal.get_by_label("Why").fill("no")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("error-why")).to_have_text("Please say a little more.")
    modal.get_by_label("Why").fill("because it helps")
    modal.get_by_label("Why").press("Enter")
    expect(modal).to_have_count(0)
    expect(page.get_by_test_id("message").last).to_contain_text("@Ada Park wrote: because it helps")


def test_escape_closes_a_modal(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace)
    say(page, "/cs form")
    page.get_by_test_id("modal").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("modal")).to_have_count(0)


def test_a_prompt_is_asked_and_its_answer_streams_in(
    page: Page, workspace: LocalWorkspace, go_on: threading.Event
) -> None:
    go_on.clear()
    page.goto(f"{workspace.page_url}#as={ADA}")
    page.get_by_test_id("prompt-chip").click()
    thread = page.get_by_test_id("thread-pane")
    expect(thread.get_by_test_id("status-line")).to_have_text("Guidepost is searching…")
    go_on.set()
    answer = thread.get_by_test_id("message").last
    expect(answer).to_have_attribute("data-streaming", "true")
    expect(answer.locator("strong")).to_have_text("Settings")
    expect(answer.get_by_test_id("stop-stream")).to_be_visible()
    expect(thread.get_by_test_id("status-line")).to_have_count(0)
    go_on.set()
    expect(answer).to_have_attribute("data-streaming", "false")
    expect(answer).to_contain_text("Open Settings and choose Invite.")
    expect(answer.get_by_test_id("stop-stream")).to_have_count(0)


def test_home_is_shown_when_the_bot_publishes_it(page: Page, workspace: LocalWorkspace) -> None:
    page.goto(f"{workspace.page_url}#as={BEN}")
    page.get_by_test_id("tab-home").click()
    expect(page.get_by_test_id("home")).to_contain_text("Welcome to Guidepost")
    page.get_by_test_id("tab-messages").click()
    expect(page.get_by_test_id("composer")).to_be_visible()


def test_one_becomes_somebody_else_and_sees_what_they_see(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace, channel="D9ADABEN")
    expect(page.get_by_test_id("channel-cs-team")).to_have_count(0)
    say(page, "Ben, a word?")
    page.get_by_test_id("channel-general").click()
    expect(page.get_by_test_id("pane-title")).to_have_text("general")
    page.get_by_test_id("persona-switcher").click()
    ben = page.get_by_test_id(f"persona-{BEN}")
    expect(ben.locator(".badge")).to_be_visible()
    ben.click()
    expect(page.get_by_test_id("persona-switcher")).to_contain_text("Ben Okafor")
    expect(page.get_by_test_id("pane-title")).to_have_text("general")
    expect(page.get_by_test_id("channel-cs-team")).to_be_visible()
    expect(page.get_by_test_id("channel-ada-park").locator(".badge")).to_be_visible()
    page.get_by_test_id("channel-ada-park").click()
    expect(page.get_by_test_id("message").last).to_contain_text("Ben, a word?")
    expect(page.get_by_test_id("channel-ada-park").locator(".badge")).to_have_count(0)


def test_a_message_elsewhere_shows_as_unread_at_once(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace, user=MIA, channel="C2STAFF")
    bolt_app(workspace).client.chat_postMessage(channel="C1GENERAL", text="to everybody")
    expect(page.get_by_test_id("channel-general").locator(".badge")).to_be_visible()


def test_time_moves_forward_and_says_so(page: Page, workspace: LocalWorkspace) -> None:
    visit(page, workspace)
    page.get_by_test_id("clock-plus-1d").click()
    expect(page.get_by_test_id("clock-moved")).to_have_text("moved 1 day ahead")
    page.get_by_test_id("clock-plus-1h").click()
    expect(page.get_by_test_id("clock-moved")).to_have_text("moved 1 day 1 hour ahead")
    page.get_by_test_id("clock-plus-30d").click()
    expect(page.get_by_test_id("clock-plus-1d")).to_be_disabled()
    expect(page.get_by_test_id("clock-running")).to_have_text("day 2 of 30")
    page.get_by_test_id("clock-stop").click()
    expect(page.get_by_test_id("clock-plus-1d")).to_be_enabled()
    expect(page.get_by_test_id("clock-running")).to_be_hidden()
    say(page, "said in the future")
    expect(page.get_by_test_id("message").last).to_contain_text("said in the future")
    expect(page.get_by_test_id("day-divider").last).to_have_text("Today")


def test_an_unknown_place_leads_to_a_known_one(page: Page, workspace: LocalWorkspace) -> None:
    page.goto(f"{workspace.page_url}#as=UNOBODY&channel=CNOWHERE&thread=1.2")
    expect(page.get_by_test_id("pane-title")).to_have_text("Guidepost")
    page.goto(f"{workspace.page_url}#as={ADA}&channel=C2STAFF")
    expect(page.get_by_test_id("pane-title")).to_have_text("Guidepost")


def test_a_link_to_a_message_opens_it_here(page: Page, workspace: LocalWorkspace) -> None:
    client = bolt_app(workspace).client
    asked = client.chat_postMessage(channel="C1GENERAL", text="the linked question")["ts"]
    client.chat_postMessage(channel="C1GENERAL", thread_ts=asked, text="the linked answer")
    link = client.chat_getPermalink(channel="C1GENERAL", message_ts=asked)["permalink"]
    secret = link.replace("C1GENERAL", "C2STAFF")
    client.chat_postMessage(channel="C1GENERAL", text=f"<{link}|open> <{secret}|closed>")
    visit(page, workspace)
    page.get_by_text("closed", exact=True).last.click()
    expect(page.get_by_test_id("toast")).to_contain_text("You are not in that conversation.")
    page.get_by_text("open", exact=True).last.click()
    expect(page.get_by_test_id("message-log").locator(".is-found")).to_contain_text("the linked question")
    expect(page.get_by_test_id("thread-log")).to_contain_text("the linked answer")


@pytest.fixture
def linked(workspace: LocalWorkspace) -> str:
    """The permalink of a message of the staff's channel, with an answer in its thread."""
    client = bolt_app(workspace).client
    asked = client.chat_postMessage(channel="C2STAFF", text="the linked question")["ts"]
    client.chat_postMessage(channel="C2STAFF", thread_ts=asked, text="the linked answer")
    return str(client.chat_getPermalink(channel="C2STAFF", message_ts=asked)["permalink"])


def test_a_link_opened_in_a_tab_of_its_own_shows_the_message_to_whom_one_was_last(
    page: Page, workspace: LocalWorkspace, linked: str
) -> None:
    visit(page, workspace, user=MIA)
    tab = page.context.new_page()
    tab.goto(linked)
    expect(tab.get_by_test_id("persona-switcher")).to_have_attribute("data-user", MIA)
    expect(tab.get_by_test_id("message-log").locator(".is-found")).to_contain_text("the linked question")
    expect(tab.get_by_test_id("thread-log")).to_contain_text("the linked answer")
    assert "/archives/" not in tab.url
    tab.reload()
    expect(tab.get_by_test_id("thread-log")).to_contain_text("the linked answer")


def test_a_link_opened_first_of_all_is_shown_to_somebody_who_may_see_it(page: Page, linked: str) -> None:
    page.goto(linked)
    expect(page.get_by_test_id("persona-switcher")).to_have_attribute("data-user", BEN)
    expect(page.get_by_test_id("message-log")).to_contain_text("the linked question")


def test_a_link_to_a_conversation_that_one_is_not_in_says_so(
    page: Page, workspace: LocalWorkspace, linked: str
) -> None:
    visit(page, workspace)
    page.goto(linked)
    expect(page.get_by_test_id("toast")).to_contain_text("You are not in that conversation.")
    expect(page.get_by_test_id("pane-title")).to_have_text("Guidepost")
    expect(page.get_by_text("the linked question")).to_have_count(0)


def test_times_are_those_of_the_person_one_looks_as(page: Page, workspace: LocalWorkspace) -> None:
    client = bolt_app(workspace).client
    text = "at <!date^1772496000^{date_num} {time}|then>"  # 3 March 2026, 00:00 UTC
    client.chat_postMessage(channel="C1GENERAL", text=text)
    visit(page, workspace)
    expect(page.get_by_test_id("message").last).to_contain_text("at 2026-03-03 12:00 AM")
    expect(page.get_by_test_id("clock-now")).to_contain_text("UTC")
    visit(page, workspace, user=BEN)
    expect(page.get_by_test_id("message").last).to_contain_text("at 2026-03-03 5:30 AM")
    expect(page.get_by_test_id("clock-now")).to_contain_text("GMT+5:30")


TIMES = """async () => {
  const { useZone, wallTime, momentOf, dayKey, isWeekend } = await import("/page/js/time.js");
  const said = [];
  for (const zone of ["America/New_York", "Europe/London", "Asia/Kolkata", "Nowhere/Atall"]) {
    useZone(zone);
    for (const at of ["2026-03-08T06:59Z", "2026-03-08T07:01Z", "2026-03-29T00:59Z", "2026-07-01T12:00Z", "2026-12-31T23:30Z"]) {
      const date = new Date(at), wall = wallTime(date);
      said.push([zone, wall, momentOf(wall).getTime() === date.getTime(), dayKey(date) === wall.slice(0, 10), isWeekend(date)]);
    }
  }
  return said;
}"""


def test_a_wall_clocks_time_and_the_moment_are_one_in_every_zone(
    page: Page, workspace: LocalWorkspace
) -> None:
    visit(page, workspace)
    said = page.evaluate(TIMES)
    assert all(same_moment and same_day for _, _, same_moment, same_day, _ in said)
    walls = [wall for _, wall, *_ in said]
    assert walls[:2] == [
        "2026-03-08T01:59",
        "2026-03-08T03:01",
    ]  # the night on which New York's clocks change
    assert walls[10:15:4] == ["2026-03-08T12:29", "2027-01-01T05:00"]
    assert walls[15] == "2026-03-08T06:59"  # an unknown zone: the browser's
    assert [weekend for *_, weekend in said[:5]] == [True, True, True, False, False]


def test_the_page_comes_back_by_itself_and_misses_nothing(page: Page, tmp_path: Path) -> None:
    def serve(port: int) -> LocalWorkspace:
        return LocalWorkspace(
            tmp_path, LocalClock(tmp_path, SystemClock()), directory=DIRECTORY, config=CONFIG, port=port
        )

    first = serve(0)
    with first:
        visit(page, first)
        say(page, "before the restart")
        page.get_by_text("before the restart").wait_for()
    expect(page.get_by_test_id("connection")).to_contain_text("Connection lost")
    with serve(int(first.page_url.rsplit(":", 1)[1].strip("/"))) as second:
        bolt_app(second).client.chat_postMessage(channel="C1GENERAL", text="said meanwhile")
        expect(page.get_by_test_id("connection")).to_have_text("Connected", timeout=20_000)
        expect(page.get_by_test_id("message").last).to_contain_text("said meanwhile")
        expect(page.get_by_text("before the restart")).to_have_count(1)
