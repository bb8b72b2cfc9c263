"""What the page makes of blocks and text, on canned messages: everything Slack can send, and what attackers do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.canned import T0, message
from tests.browser.gallery import BLOCKS, FEEDBACK, FIELDS, VIEW, button, mrkdwn, option, plain

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.canned import CannedServer

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def show(page: Page, canned: CannedServer, *messages: dict[str, Any]) -> Locator:
    """Opens the gallery channel with these messages; answers the last one."""
    canned.messages["C1"] = list(messages)
    page.goto(f"{canned.url}/#as=U1&channel=C1")
    shown = page.get_by_test_id("message").last
    shown.wait_for()
    return shown


def show_blocks(page: Page, canned: CannedServer, *blocks: dict[str, Any]) -> Locator:
    return show(page, canned, message(0, "UBOT", "fallback", blocks=list(blocks)))


# fmt: off
MRKDWN = [
    ("bold, italic, struck, code", "*b* _i_ ~s~ `c`", "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>"),
    ("marks inside words stay", "2*3*4 snake_case_name a~b~c", "2*3*4 snake_case_name a~b~c"),
    ("entities are decoded once", "a &lt; b &amp;amp; c", "a &lt; b &amp;amp; c"),
    ("lines break", "one\ntwo", "one<br>two"),
    ("a fence keeps its marks", "```\n*x* <y>\n```", "<code>*x* &lt;y&gt;</code>"),
    ("a quote", "&gt; said\nplain", "<blockquote>said</blockquote>plain"),
    ("nested marks", "*bold _both_*", "<strong>bold <em>both</em></strong>"),
    ("a date within italics", "_row, <!date^0^{date_short}|1 Jan 1970>_ more", "<em>row, <"),
    ("an unclosed mark stays", "*not bold", "*not bold"),
    ("an unknown emoji stays", ":no_such_thing: at 10:30:15", ":no_such_thing: at 10:30:15"),
]
# fmt: on


@pytest.mark.parametrize(("text", "html"), [case[1:] for case in MRKDWN], ids=[case[0] for case in MRKDWN])
def test_mrkdwn_reads_as_in_slack(page: Page, canned: CannedServer, text: str, html: str) -> None:
    shown = show(page, canned, message(0, "U2", text))
    assert html in shown.locator(".text").inner_html()


def test_mentions_channels_dates_and_links_are_shown_by_name(page: Page, canned: CannedServer) -> None:
    text = f"<@U1> <@U404|ghost> <#C2> <!here> <!date^{T0}^{{date_short}} {{time}}|soon> <https://a.example/x?a=1&amp;b=2|docs>"
    shown = show(page, canned, message(0, "U2", text)).locator(".text")
    expect(shown).to_have_text("@Ada Park @ghost #general @here Mar 2, 2026 10:00 AM docs")
    assert shown.locator("a.link").get_attribute("href") == "https://a.example/x?a=1&b=2"


def test_an_address_of_the_made_up_company_says_so_instead_of_opening_nothing(
    page: Page, canned: CannedServer
) -> None:
    text = "See <https://status.fernway.example/now|the status page>"
    show(page, canned, message(0, "U2", text)).locator("a.link").click()
    expect(page.get_by_test_id("toast")).to_contain_text("status.fernway.example is as made up")
    assert len(page.context.pages) == 1


def test_today_is_written_small_within_a_sentence(page: Page, canned: CannedServer) -> None:
    today = f"<!date^{T0}^{{date_short_pretty}} at {{time}}|soon>"
    shown = show(page, canned, message(0, "U2", f"{today} or by {today}")).locator(".text")
    expect(shown).to_have_text("Today at 10:00 AM or by today at 10:00 AM")


def test_markdown_has_lists_tables_code_and_links(page: Page, canned: CannedServer) -> None:
    text = (
        "# Title\nFirst **bold** and *it*\n\n1. one\n2. two\n   - deep\n   - deeper\n\n- [x] done\n- [ ] open\n\n"
        "| A | B |\n|---|--:|\n| a\\|b | 2 |\n\n```python\nprint('*')\n```\n> quoted\n\n---\nEnd [docs](https://a.example/(x)) ~~old~~"
    )
    body = show_blocks(page, canned, {"type": "markdown", "text": text}).locator(".markdown")
    expect(body.get_by_role("heading", name="Title")).to_be_visible()
    expect(body.locator("ol > li")).to_have_count(2)
    expect(body.locator("ol > li > ul > li")).to_have_text(["deep", "deeper"])
    expect(body.locator("input[type=checkbox]").first).to_be_checked()
    expect(body.locator("tbody td")).to_have_text(["a|b", "2"])
    expect(body.locator("pre")).to_have_text("print('*')")
    expect(body.locator("blockquote")).to_have_text("quoted")
    assert body.locator("a").get_attribute("href") == "https://a.example/(x)"
    expect(body.locator("s")).to_have_text("old")


HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
INJECTIONS = [
    ("a person's text", message(0, "U1", HOSTILE)),
    ("an escaped text", message(0, "U1", HOSTILE.replace("<", "&lt;").replace(">", "&gt;"))),
    ("a markdown block", message(0, "UBOT", "", blocks=[{"type": "markdown", "text": f"{HOSTILE}\n\n**{HOSTILE}**"}])),
    ("a section", message(0, "UBOT", "", blocks=[{"type": "section", "text": mrkdwn(HOSTILE)}])),
    ("a javascript link", message(0, "U1", "<javascript:window.hacked=1|click>")),
    ("a javascript link in markdown", message(0, "UBOT", "", blocks=[{"type": "markdown", "text": "[click](javascript:window.hacked=1)"}])),
    ("a javascript button", message(0, "UBOT", "", blocks=[{"type": "actions", "elements": [button("a", "click", url="javascript:window.hacked=1")]}])),
    ("an image", message(0, "UBOT", "", blocks=[{"type": "image", "image_url": "javascript:window.hacked=1", "alt_text": HOSTILE}])),
    ("a table", message(0, "UBOT", "", blocks=[{"type": "table", "rows": [[{"type": "raw_text", "text": HOSTILE}]]}])),
    ("rich text", message(0, "UBOT", "", blocks=[{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "link", "url": "javascript:window.hacked=1", "text": HOSTILE}]}]}])),
    ("an unknown block", message(0, "UBOT", "", blocks=[{"type": HOSTILE, "alt_text": HOSTILE}])),
]  # fmt: skip


@pytest.mark.parametrize("hostile", [case[1] for case in INJECTIONS], ids=[case[0] for case in INJECTIONS])
def test_hostile_text_stays_text(page: Page, canned: CannedServer, hostile: dict[str, Any]) -> None:
    shown = show(page, canned, hostile)
    assert page.evaluate("window.hacked") is None
    assert shown.locator("script, img:not(.avatar img), [onerror]").count() == 0
    for link in shown.locator("a").all():
        assert not (link.get_attribute("href") or "").startswith("javascript")


def test_a_persons_name_cannot_inject_either(page: Page, canned: CannedServer) -> None:
    canned.users[1]["real_name"] = HOSTILE
    shown = show(page, canned, message(0, "U1", "hello <@U1>"))
    expect(shown.locator(".author")).to_have_text(HOSTILE)
    assert page.evaluate("window.hacked") is None


def test_one_of_everything_is_drawn(page: Page, canned: CannedServer) -> None:
    shown = show_blocks(page, canned, *BLOCKS)
    for block in BLOCKS[:-1]:
        expect(shown.get_by_test_id(f"block-{block['type']}").first).to_be_visible()
    expect(shown.get_by_test_id("unsupported")).to_have_count(1)


def test_an_unknown_block_is_said_and_the_rest_is_shown(page: Page, canned: CannedServer) -> None:
    blocks = [
        {"type": "hologram", "alt_text": "a cube"},
        {"type": "section"},
        {"type": "header", "text": plain("After")},
    ]
    shown = show_blocks(page, canned, *blocks)
    expect(shown.get_by_test_id("unsupported")).to_have_text("Unsupported block: holograma cube")
    expect(shown.get_by_test_id("block-header")).to_have_text("After")


BROKEN = [
    None,
    "text",
    {"type": "actions", "elements": None},
    {"type": "table", "rows": "x"},
    {"type": "plan", "tasks": [None]},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{}]}]},
]


@pytest.mark.parametrize("block", BROKEN, ids=str)
def test_a_broken_block_does_not_break_the_page(page: Page, canned: CannedServer, block: Any) -> None:
    shown = show_blocks(page, canned, block, {"type": "header", "text": plain("After")})
    expect(shown.get_by_test_id("block-header")).to_have_text("After")


def test_a_data_table_sorts_and_turns_pages(page: Page, canned: CannedServer) -> None:
    figures = [("Acme", 84000), ("Beta", 1200), ("Cyan", 33000)]
    head = [{"type": "raw_text", "text": "Account"}, {"type": "raw_text", "text": "ARR"}]
    rows = [
        [{"type": "raw_text", "text": name}, {"type": "raw_number", "value": value}]
        for name, value in figures
    ]
    block = {"type": "data_table", "caption": "Risk", "page_size": 2, "rows": [head, *rows]}
    shown = show_blocks(page, canned, block)
    expect(shown.locator("tbody th")).to_have_text(["Acme", "Beta"])
    shown.get_by_role("button", name="Next").click()
    expect(shown.locator("tbody th")).to_have_text(["Cyan"])
    shown.get_by_role("button", name="ARR").click()
    expect(shown.locator("tbody th")).to_have_text(["Acme", "Cyan"])
    shown.get_by_role("button", name="ARR").click()
    expect(shown.locator("tbody th")).to_have_text(["Beta", "Cyan"])


def test_what_comes_while_a_thread_is_loaded_is_shown_in_it(page: Page, canned: CannedServer) -> None:
    root = message(0, "U1", "a question", thread_ts=f"{T0}.000000")
    show(page, canned, root)
    early = message(1, "UBOT", "an answer begins", thread_ts=root["ts"])
    later = early | {"text": "an answer ends"}
    canned.threads[root["ts"]] = [root]  # as it was before
    canned.meanwhile = [
        {"type": "message", "channel": "C1", "message": early},
        {"type": "message_changed", "channel": "C1", "message": later},
    ]
    with page.expect_response(lambda response: "thread=" in response.url):
        page.goto(f"{canned.url}/#as=U1&channel=C1&thread={root['ts']}")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_test_id("thread-log")).to_contain_text("an answer ends")


def test_a_plan_that_is_done_is_folded_and_opens(page: Page, canned: CannedServer) -> None:
    tasks = [{"task_id": str(n), "title": f"Step {n}", "status": "complete"} for n in range(2)]
    shown = show_blocks(page, canned, {"type": "plan", "title": "Found an answer", "tasks": tasks})
    expect(shown.locator(".plan-count")).to_have_text("2 steps")
    expect(shown.get_by_text("Step 1")).not_to_be_visible()
    shown.get_by_text("Found an answer").click()
    expect(shown.get_by_text("Step 1")).to_be_visible()


def test_a_plan_shows_each_task_and_its_state(page: Page, canned: CannedServer) -> None:
    states = ["complete", "in_progress", "pending", "error"]
    tasks = [{"task_id": state, "title": state, "status": state} for state in states]
    shown = show_blocks(page, canned, {"type": "plan", "title": "Answering", "tasks": tasks})
    assert [task.get_attribute("data-status") for task in shown.get_by_test_id("task").all()] == states
    expect(shown.locator(".plan-count")).to_have_text("1 of 4")


def test_a_chart_comes_with_its_figures(page: Page, canned: CannedServer) -> None:
    series = [{"name": "Asked", "data": [{"label": "W1", "value": 12}, {"label": "W2", "value": 18}]}]
    chart = {"type": "line", "series": series, "axis_config": {"categories": ["W1", "W2"]}}
    shown = show_blocks(page, canned, {"type": "data_visualization", "title": "Questions", "chart": chart})
    expect(shown.locator("svg.plot")).to_be_visible()
    shown.get_by_text("Show the figures").click()
    expect(shown.locator("tbody td")).to_have_text(["12", "18"])


# ---- what a click sends ----


def test_a_button_sends_what_slack_would_send(page: Page, canned: CannedServer) -> None:
    shown = show_blocks(page, canned, {"type": "actions", "block_id": "b", "elements": [button("go", "Go")]})
    shown.get_by_test_id("action-go").click()
    [sent] = canned.awaited("action")
    assert sent["as"] == "U1"
    assert sent["message"] == {"channel": "C1", "ts": f"{T0}.000000"}
    assert sent["block_id"] == "b"
    assert sent["action"] == {
        "type": "button",
        "action_id": "go",
        "block_id": "b",
        "value": "go",
        "text": plain("Go"),
    }


def test_a_confirm_dialog_stands_before_the_action(page: Page, canned: CannedServer) -> None:
    confirm = {
        "title": plain("Stop it?"),
        "text": mrkdwn("It *ends*."),
        "confirm": plain("Stop"),
        "deny": plain("No"),
    }
    shown = show_blocks(
        page,
        canned,
        {"type": "actions", "block_id": "b", "elements": [button("stop", "Stop", confirm=confirm)]},
    )
    shown.get_by_test_id("action-stop").click()
    page.get_by_test_id("confirm-cancel").click()
    assert canned.sent("action") == []
    shown.get_by_test_id("action-stop").click()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("confirm-dialog")).to_have_count(0)
    assert canned.sent("action") == []
    shown.get_by_test_id("action-stop").click()
    page.get_by_test_id("confirm-ok").click()
    expect(page.get_by_test_id("confirm-dialog")).to_have_count(0)
    assert len(canned.sent("action")) == 1


def test_selects_send_their_option_and_the_state_of_all(page: Page, canned: CannedServer) -> None:
    element = {
        "type": "static_select",
        "action_id": "pick",
        "options": [option("Alpha", "a"), option("Beta", "b")],
    }
    date = {"type": "datepicker", "action_id": "day", "initial_date": "2026-03-05"}
    shown = show_blocks(page, canned, {"type": "actions", "block_id": "b", "elements": [element, date]})
    shown.get_by_test_id("select-pick").press("ArrowDown")
    page.get_by_test_id("picker-filter").fill("bet")
    page.keyboard.press("Enter")
    expect(shown.get_by_test_id("select-pick")).to_contain_text("Beta")
    [sent] = canned.awaited("action")
    assert sent["action"]["selected_option"] == option("Beta", "b")
    assert sent["state"]["b"]["day"] == {"type": "datepicker", "selected_date": "2026-03-05"}


def test_an_external_select_asks_while_one_types(page: Page, canned: CannedServer) -> None:
    canned.answers["options"] = lambda body: {"options": [option(f"{body['value']} Ltd", "x")]}
    element = {"type": "external_select", "action_id": "account", "min_query_length": 2}
    shown = show_blocks(page, canned, {"type": "actions", "block_id": "b", "elements": [element]})
    shown.get_by_test_id("select-account").click()
    expect(page.get_by_test_id("picker-list")).to_contain_text("Type 2 or more characters.")
    page.get_by_test_id("picker-filter").fill("acme")
    page.get_by_test_id("option").click()
    expect(shown.get_by_test_id("select-account")).to_contain_text("acme Ltd")
    assert canned.sent("options")[-1]["action_id"] == "account"


def test_feedback_buttons_show_which_one_is_pressed(page: Page, canned: CannedServer) -> None:
    shown = show_blocks(page, canned, {"type": "context_actions", "block_id": "b", "elements": [FEEDBACK]})
    up, down = shown.get_by_test_id("feedback-positive"), shown.get_by_test_id("feedback-negative")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    down.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(down).to_have_attribute("aria-pressed", "true")
    assert [sent["action"]["value"] for sent in canned.sent("action")] == ["up", "down"]


def test_a_refused_action_is_said(page: Page, canned: CannedServer) -> None:
    canned.answers["action"] = {"error": "Guidepost did not answer in time."}
    shown = show_blocks(page, canned, {"type": "actions", "block_id": "b", "elements": [button("go", "Go")]})
    shown.get_by_test_id("action-go").click()
    expect(page.get_by_test_id("toast")).to_contain_text("Guidepost did not answer in time.")


# ---- modals ----


def open_modal(page: Page, canned: CannedServer, view: dict[str, Any] = VIEW) -> Locator:
    show(page, canned, message(0))
    expect(page.get_by_test_id("connection")).to_have_text("Connected")
    page.wait_for_timeout(100)
    canned.push(type="view_open", view=view)
    modal = page.get_by_test_id("modal")
    modal.wait_for()
    return modal


def test_a_modal_checks_its_fields_and_sends_their_values(page: Page, canned: CannedServer) -> None:
    canned.answers["view_submit"] = {"clear": True}
    modal = open_modal(page, canned)
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("error-why")).to_have_text("Please complete this required field.")
    expect(modal.get_by_test_id("error-mail")).to_be_hidden()
    assert canned.sent("view_submit") == []
    modal.get_by_label("Why").fill("too long")
    modal.get_by_label("Seats").fill("0.5")
    modal.get_by_label("E-mail").fill("nobody")
    modal.get_by_label("Idea").check()
    modal.get_by_test_id("select-u").click()
    page.get_by_test_id("option").filter(has_text="Ben").click()
    page.keyboard.press("Escape")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("error-seats")).to_have_text("Please enter a whole number.")
    expect(modal.get_by_test_id("error-mail")).to_have_text("Please enter a valid e-mail address.")
    modal.get_by_label("Seats").fill("5")
    modal.get_by_label("E-mail").fill("ada@acme.example")
    modal.get_by_test_id("modal-submit").click()
    expect(modal).to_have_count(0)
    [sent] = canned.awaited("view_submit")
    assert sent["values"] == {
        "why": {"text": {"type": "plain_text_input", "value": "too long"}},
        "seats": {"n": {"type": "number_input", "value": "5"}},
        "mail": {"m": {"type": "email_text_input", "value": "ada@acme.example"}},
        "kind": {"r": {"type": "radio_buttons", "selected_option": option("Idea", "idea")}},
        "who": {"u": {"type": "multi_users_select", "selected_users": ["U2"]}},
    }


def test_the_apps_errors_stand_at_their_fields(page: Page, canned: CannedServer) -> None:
    canned.answers["view_submit"] = {"errors": {"why": "We know that already."}}
    view = VIEW | {"blocks": FIELDS[:1]}
    modal = open_modal(page, canned, view)
    modal.get_by_label("Why").fill("again")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("error-why")).to_have_text("We know that already.")
    expect(modal.get_by_label("Why")).to_be_focused()


def test_views_are_pushed_updated_and_closed_one_by_one(page: Page, canned: CannedServer) -> None:
    modal = open_modal(page, canned, VIEW | {"blocks": FIELDS[:1]})
    modal.get_by_label("Why").fill("kept")
    canned.push(
        type="view_open",
        view={"id": "V2", "title": plain("Second"), "blocks": [{"type": "header", "text": plain("On top")}]},
    )
    expect(modal.get_by_test_id("modal-title")).to_have_text("Second")
    page.keyboard.press("Escape")
    expect(modal.get_by_test_id("modal-title")).to_have_text("Tell us")
    expect(modal.get_by_label("Why")).to_have_value("kept")
    canned.push(type="view_update", view=VIEW | {"title": plain("Updated"), "blocks": FIELDS[:2]})
    expect(modal.get_by_test_id("modal-title")).to_have_text("Updated")
    expect(modal.get_by_label("Why")).to_have_value("kept")
    modal.get_by_test_id("modal-close").click()
    expect(modal).to_have_count(0)
    assert [sent["view_id"] for sent in canned.sent("view_close")] == ["V2", "V1"]


# ---- messages that change ----


def test_a_message_streams_in_and_can_be_stopped(page: Page, canned: CannedServer) -> None:
    shown = show(page, canned, message(0, "U1", "question"), message(1, "UBOT", "", streaming=True))
    blocks = [{"type": "markdown", "text": "A **seat** costs"}]
    canned.push(
        type="message_changed", channel="C1", message=message(1, "UBOT", "", streaming=True, blocks=blocks)
    )
    expect(shown.locator("strong")).to_have_text("seat")
    shown.get_by_test_id("stop-stream").click()
    assert canned.sent("stop_stream") == [{"as": "U1", "channel": "C1", "ts": f"{T0 + 1}.000000"}]
    canned.push(type="message_changed", channel="C1", message=message(1, "UBOT", "", blocks=blocks))
    expect(shown.get_by_test_id("stop-stream")).to_have_count(0)


def test_the_keyboard_stays_where_it_was_when_a_message_is_redrawn(page: Page, canned: CannedServer) -> None:
    block = {"type": "actions", "block_id": "b", "elements": [button("go", "Go"), button("stay", "Stay")]}
    shown = show_blocks(page, canned, block)
    shown.get_by_test_id("action-stay").focus()
    canned.push(
        type="message_changed",
        channel="C1",
        message=message(0, "UBOT", "x", blocks=[block], edited={"ts": "1"}),
    )
    expect(shown.locator(".edited")).to_be_visible()
    expect(shown.get_by_test_id("action-stay")).to_be_focused()


def test_status_ephemeral_and_reactions_appear(page: Page, canned: CannedServer) -> None:
    shown = show(page, canned, message(0, "U1", "question"))
    ts = f"{T0}.000000"
    canned.push(type="status", channel="C1", thread_ts=ts, status="is searching…")
    expect(shown.get_by_test_id("status-line")).to_have_text("Guidepost is searching…")
    canned.push(type="status", channel="C1", thread_ts=ts, status="")
    expect(shown.get_by_test_id("status-line")).to_have_count(0)
    canned.push(
        type="reaction", channel="C1", ts=ts, reactions=[{"name": "eyes", "count": 1, "users": ["U2"]}]
    )
    expect(shown.get_by_test_id("reaction-eyes")).to_have_attribute("aria-pressed", "false")
    secret = message(2, "UBOT", "psst", id="E1", channel="C1", is_ephemeral=True)
    canned.push(type="ephemeral", channel="C1", message=secret)
    private = page.get_by_test_id("ephemeral")
    expect(private).to_contain_text("Only visible to you")
    private.get_by_test_id("ephemeral-dismiss").click()
    expect(private).to_have_count(0)


def test_days_are_divided_and_neighbours_stand_together(page: Page, canned: CannedServer) -> None:
    show(
        page,
        canned,
        message(-90_000, "U2", "old"),
        message(0, "U1", "a"),
        message(5, "U1", "b"),
        message(10, "U2", "c"),
    )
    expect(page.get_by_test_id("day-divider")).to_have_text(["Yesterday", "Today"])
    expect(page.locator(".author")).to_have_text(["Ben Okafor", "Ada Park", "Ben Okafor"])


def test_a_lost_connection_is_said(page: Page, canned: CannedServer) -> None:
    show(page, canned, message(0))
    canned.stop()
    expect(page.get_by_test_id("connection")).to_contain_text("Connection lost")


# ---- what the composer offers ----

# fmt: off
COMPLETED = [
    ("the name of a command", "/c", "/cs "),
    ("a sub-command", "/cs di", "/cs digest 7d"),
    ("only what is fixed, not @customer", "/cs acc", "/cs account "),
    ("one of several choices", "/cs tasks m", "/cs tasks mine"),
    ("the second usage, not its NAME", "/cs renew f", "/cs renew forecast "),
    ("a person in a command", "/cs account @be", "/cs account @Ben Okafor "),
    ("a person by the second name", "hello @oka", "hello @Ben Okafor "),
    ("an emoji", "well done :tad", "well done 🎉 "),
]
# fmt: on


@pytest.mark.parametrize(
    ("typed", "completed"), [case[1:] for case in COMPLETED], ids=[case[0] for case in COMPLETED]
)
def test_tab_completes(page: Page, canned: CannedServer, typed: str, completed: str) -> None:
    show(page, canned, message(0))
    box = page.get_by_test_id("composer")
    box.press_sequentially(typed)
    page.get_by_test_id("composer-completion").wait_for()
    box.press("Tab")
    expect(box).to_have_value(completed)


@pytest.mark.parametrize("typed", ["an e-mail to a@b", "half past 10:30", "/unknown x", "@Ben Okafor"])
def test_nothing_is_offered_where_nothing_fits(page: Page, canned: CannedServer, typed: str) -> None:
    show(page, canned, message(0))
    page.get_by_test_id("composer").press_sequentially(typed)
    expect(page.get_by_test_id("composer-completion")).to_be_hidden()


def test_names_go_out_as_slack_sends_them(page: Page, canned: CannedServer) -> None:
    show(page, canned, message(0))
    box = page.get_by_test_id("composer")
    box.fill("@Ben Okafor and @guidepost, not x@Ben Okaforix")
    box.press("Enter")
    expect(box).to_have_value("")
    box.fill("/cs account @Ben Okafor")
    box.press("Enter")
    expect(box).to_have_value("")
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some((one) => one.name.endsWith('/command'))"
    )
    assert canned.sent("post")[0]["text"] == "<@U2> and <@UBOT>, not x@Ben Okaforix"
    assert canned.sent("command") == [{"as": "U1", "channel": "C1", "command": "/cs", "text": "account @ben"}]


def test_a_draft_waits_in_its_place(page: Page, canned: CannedServer) -> None:
    show(page, canned, message(0))
    page.get_by_test_id("composer").fill("not yet")
    page.get_by_test_id("channel-general").click()
    expect(page.get_by_test_id("pane-title")).to_have_text("general")
    expect(page.get_by_test_id("composer")).to_have_value("")
    page.get_by_test_id("channel-gallery").click()
    expect(page.get_by_test_id("composer")).to_have_value("not yet")


# The page hears of scrolling a frame later; only then does it know that somebody reads above.
SCROLL_UP = """one => new Promise(done => {
  one.scrollTop = 0; requestAnimationFrame(() => requestAnimationFrame(done))
})"""


def test_who_reads_above_is_told_of_new_messages_below(page: Page, canned: CannedServer) -> None:
    show(page, canned, *(message(number, "U2", f"line {number}\nand more") for number in range(40)))
    log = page.get_by_test_id("message-log")
    expect(page.get_by_text("line 39")).to_be_in_viewport()
    log.evaluate(SCROLL_UP)
    canned.push(type="message", channel="C1", message=message(100, "U2", "the newest"))
    page.get_by_test_id("message-log-jump").click()
    expect(page.get_by_text("the newest")).to_be_in_viewport()
    expect(page.get_by_test_id("message-log-jump")).to_be_hidden()


def test_who_writes_sees_what_comes_of_it(page: Page, canned: CannedServer) -> None:
    show(page, canned, *(message(number, "U2", f"line {number}\nand more") for number in range(40)))
    log = page.get_by_test_id("message-log")
    log.evaluate(SCROLL_UP)
    page.get_by_test_id("composer").fill("/cs help")
    page.keyboard.press("Enter")
    canned.awaited("command")
    canned.push(type="message", channel="C1", message=message(100, "U2", "the newest"))
    expect(page.get_by_text("the newest")).to_be_in_viewport()
    expect(page.get_by_test_id("message-log-jump")).to_be_hidden()


def test_tomorrow_becomes_today_when_the_clock_moves(page: Page, canned: CannedServer) -> None:
    tomorrow = f"<!date^{T0 + 86_400}^{{date_short_pretty}}|soon>"
    shown = show(page, canned, message(0, "U2", tomorrow)).locator(".text")
    expect(shown).to_have_text("Tomorrow")
    canned.push(type="clock", now_iso="2026-03-03T10:00:00Z", offset_seconds=86_400)
    expect(shown).to_have_text("Today")


def test_nothing_is_new_in_a_thread_that_was_just_opened(page: Page, canned: CannedServer) -> None:
    show(page, canned, *(message(number, "U2", f"line {number}\nand more") for number in range(40)))
    page.get_by_test_id("message").last.hover()
    page.get_by_test_id("message-reply").last.click()
    expect(page.get_by_test_id("thread-pane")).to_be_visible()
    expect(page.get_by_test_id("thread-log-jump")).to_be_hidden()
    expect(page.get_by_test_id("message-log-jump")).to_be_hidden()


def test_the_newest_stays_in_view_when_the_window_shrinks(page: Page, canned: CannedServer) -> None:
    show(page, canned, *(message(number, "U2", f"line {number} " + "and more " * 30) for number in range(40)))
    expect(page.get_by_text("line 39")).to_be_in_viewport()
    page.set_viewport_size({"width": 700, "height": 500})
    bottom = page.get_by_test_id("message-log").evaluate(
        "it => it.scrollHeight - it.scrollTop - it.clientHeight"
    )
    assert bottom < 2


def test_an_answer_taller_than_the_window_is_read_from_its_beginning(
    page: Page, canned: CannedServer
) -> None:
    show(page, canned, message(0))
    page.wait_for_timeout(100)
    tall = message(5, "UBOT", "first line\n" + "more\n" * 80)
    canned.push(type="message", channel="C1", message=tall)
    expect(page.get_by_text("first line")).to_be_in_viewport()
