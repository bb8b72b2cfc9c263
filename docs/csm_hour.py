"""A CSM's hour, played by hand in the browser: the pictures of docs/playbooks.md.

An enterprise onboarding is started, edited, approved and answered; the customer is blocked twice and the manager
hears of it; ninety days later the run says how it is doing. A red renewal is held, briefed and ended. Run it by
`make screenshots`; it needs a Chromium on the machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from screenshots import GRACE, PRIYA, go, save, take, top, write

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

DIEGO, CALEB = "U0DIEGO", "U0CALEB"
WELCOME = "what does a good first month look like"
SETUP = "How did setup go?"
AGAIN = "you were blocked in setup"


def approval(page: Page, address: str) -> None:
    """Nothing goes to an enterprise customer that its CSM has not seen: this is what waits for the word."""
    go(page, address, DIEGO)
    write(page, "/cs play start onboarding @Kestrel")
    press(page.get_by_test_id("ephemeral"), "Kestrel", "Start for Kestrel Grocery Group")
    pass_days(page, 1)
    go(page, address, DIEGO)
    card = said(page, WELCOME)
    top(card)
    save(page, "hour-approval")
    card.get_by_role("button", name="Edit").click()
    words = page.get_by_test_id("modal").get_by_role("textbox").first
    words.fill("Hi Caleb, good to have met you on Monday. What does a good first month look like for you?")
    page.get_by_test_id("modal-submit").click()
    expect(said(page, WELCOME)).to_contain_text("Changed and approved by Diego Alvarez")
    top(said(page, WELCOME))
    save(page, "hour-edited")


def blocked(page: Page, address: str) -> None:
    """The customer answers, is blocked twice, and each time somebody hears of it at once."""
    pass_days(page, 3)
    go(page, address, CALEB)
    press(page.get_by_test_id("message"), WELCOME, "Our whole team uses it")
    save(page, "hour-customer")
    approve_until(page, address, SETUP)
    press(page.get_by_test_id("message"), SETUP, "Blocked")
    go(page, address, DIEGO)
    card = said(page, "Needs you now")
    top(card)
    save(page, "hour-blocked")
    press(page.get_by_test_id("message"), "Unblock Kestrel", "Done")
    approve_until(page, address, AGAIN, in_thread_of=SETUP)
    press(page.get_by_test_id("thread-log").get_by_test_id("message"), AGAIN, "Still blocked")
    go(page, address, GRACE)
    top(said(page, "blocked in setup a second time"))
    save(page, "hour-escalated")


def day_ninety(page: Page, address: str) -> None:
    """Three months on, the run says how it is doing, and why each message was sent or was not."""
    move(page, "30d")
    move(page, "30d")
    move(page, "1w")
    move(page, "1w")
    go(page, address, DIEGO)
    write(page, "/cs play status @Kestrel")
    card = page.get_by_test_id("ephemeral").filter(has_text="Why each message").last
    expect(card).to_be_visible()
    top(card)
    save(page, "hour-status")
    card.get_by_role("button", name="Why each message").first.click()
    story = page.get_by_test_id("ephemeral").filter(has_text="why each message was sent or not").last
    expect(story).to_be_visible()
    top(story)
    save(page, "hour-story")


def renewal(page: Page, address: str) -> None:
    """An account that is red: nothing about money, a brief from evidence, an outcome with its reason."""
    go(page, address, PRIYA)
    write(page, "/cs renew @Northgate brief")
    brief = page.get_by_test_id("ephemeral").last
    expect(brief).to_contain_text("Northgate Furniture")
    top(brief)
    save(page, "hour-brief")
    write(page, "/cs play start renewal @Northgate")
    press(page.get_by_test_id("ephemeral"), "Northgate", "Start for Northgate Furniture")
    said(page, "Are the dates and the band right")
    pass_until(page, address, PRIYA, "Hold: Northgate Furniture")
    top(said(page, "Hold: Northgate Furniture"))
    save(page, "hour-held")
    write(page, "/cs renew @Northgate outcome churned price.budget_cut They closed two of their five depots")
    ended = page.get_by_test_id("ephemeral").last
    expect(ended).to_contain_text("Did not renew")
    save(page, "hour-outcome")


def approve_until(page: Page, address: str, question: str, in_thread_of: str = "") -> None:
    """The CSM approves whatever waits, day after day, until the customer is asked that."""
    for _ in range(20):
        go(page, address, DIEGO)
        while (waiting := page.get_by_role("button", name="Approve", exact=True)).count():
            before = waiting.count()
            waiting.last.click()
            expect(waiting).to_have_count(before - 1)
        pass_days(page, 1)
        go(page, address, CALEB)
        if in_thread_of:
            said(page, in_thread_of).get_by_test_id("thread-open").click()
            page.wait_for_timeout(1000)
        if page.get_by_test_id("message").filter(has_text=question).count():
            return
    raise SystemExit(f"The customer was never asked: {question}")


def pass_until(page: Page, address: str, person: str, words: str) -> None:
    """Let days pass until somebody hears that; what is due on the way happens."""
    for _ in range(40):
        move(page, "1d")
        go(page, address, person)
        if page.get_by_test_id("message").filter(has_text=words).count():
            return
    raise SystemExit(f"Nobody has said: {words}")


def pass_days(page: Page, days: int) -> None:
    """Let days pass, one after the other; what is due on the way happens."""
    for _ in range(days):
        move(page, "1d")


def move(page: Page, step: str) -> None:
    """Press a button of the clock and wait until it has arrived."""
    button = page.get_by_test_id(f"clock-plus-{step}")
    button.click()
    expect(button).to_be_enabled()


def said(page: Page, words: str) -> Locator:
    """The newest message that says it."""
    found = page.get_by_test_id("message").filter(has_text=words).last
    expect(found).to_be_visible()
    return found


def press(messages: Locator, words: str, label: str) -> None:
    """Press the button that is labelled so in the newest message that says these words."""
    messages.filter(has_text=words).last.get_by_role("button", name=label, exact=True).click()


SCENES = (renewal, approval, blocked, day_ninety)  # each goes on where the one before has ended

if __name__ == "__main__":
    take(SCENES)
