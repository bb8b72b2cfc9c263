"""People's answers become knowledge: approved in Slack or on the command line, cited with a name, expired by the clock."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlmodel import select

from bot.syncing import DueSyncs
from bot.verifying.answers import Draft, NotApproved, approve, problems, withdraw
from bot.wiring import Core
from knowledge.adapters.generations import NumpyGenerations
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.ingest import Ingest
from knowledge.verified import as_documents
from store.tables import Account, Document, Passage, StaffMember, VerifiedAnswer
from tests.bot_fixtures import HARBOUR, ISLA, PRIYA, texts_of

TODAY = date(2026, 3, 3)
GOOD = Draft("Can we pay by invoice?", "Yes, from the Growth plan on.", "customer", date(2026, 12, 31))


def use_shortcut(bot, user, channel, ts):
    return bot.page(user).do("shortcut", callback_id="add_to_knowledge_base", channel=channel, ts=ts)


def take_in(bot):
    """What the schedule's second thread does."""
    core = Core(bot.services.settings, bot.database, bot.services.clock, bot.workspace_id)
    core.embedder, core.reranker = HashingEmbedder(), OverlapReranker()
    core.ingest = Ingest(
        bot.database,
        workspace_id=bot.workspace_id,
        clock=core.clock,
        embedder=core.embedder,
        store=NumpyGenerations(),
        folder=core.index_folder,
    )
    return DueSyncs(core, threading.Event()).run_due()


def send(bot, user, modal, **changes):
    """Send the modal with what it was filled with, but for the changes."""
    filled = {}
    for block in modal["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            initial = element.get("initial_option", {}).get("value")
            filled[block["block_id"]] = initial or element.get("initial_value") or element.get("initial_date")
    return bot.submit(user, modal, **{name: value for name, value in (filled | changes).items() if value})


@pytest.fixture
def answered_by_priya(bot):
    """Isla asks, the bot does not know, Priya writes the answer into the thread."""
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> Do you have a zebra discount for bakeries?")
    reply = bot.page(PRIYA).post(
        HARBOUR, "Yes: bakeries get the zebra discount of one free depot.", thread_ts=ts
    )
    bot.settle()
    return ts, reply


def test_an_answer_of_a_csm_is_approved_and_cited_with_their_name(bot, answered_by_priya):
    _, reply = answered_by_priya
    assert use_shortcut(bot, PRIYA, HARBOUR, reply) == {"ok": True}
    modal = bot.modal(PRIYA)
    shown = {block["block_id"]: block["element"] for block in modal["blocks"] if block["type"] == "input"}
    assert "zebra discount for bakeries?" in shown["question"]["initial_value"]
    assert shown["answer"]["initial_value"] == "Yes: bakeries get the zebra discount of one free depot."
    assert shown["audience"]["initial_option"]["value"].startswith("account:")  # the narrowest
    assert shown["expires"]["initial_date"] == "2026-08-30"
    send(bot, PRIYA, modal, audience="customer")
    [pair] = bot.rows(select(VerifiedAnswer))
    assert (pair.audience, pair.approver_name) == ("customer", "Priya Raman")
    assert pair.source_link.startswith("http")
    assert take_in(bot) == 1
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> Is there a zebra discount for bakeries?")
    answer = texts_of(bot.seen(ISLA, HARBOUR, ts).messages[-1])
    assert "one free depot" in answer
    assert "approved by Priya Raman on 3 March 2026" in answer


def test_a_question_itself_can_be_answered_in_the_modal(bot):
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> Do you have a zebra discount?")
    use_shortcut(bot, PRIYA, HARBOUR, ts)
    shown = {one["block_id"]: one.get("element", {}) for one in bot.modal(PRIYA)["blocks"]}
    assert "zebra discount" in shown["question"]["initial_value"]
    assert "initial_value" not in shown["answer"]


def test_an_answer_beside_the_threads_is_to_what_was_asked_last_in_the_channel(bot):
    bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> Do you have a zebra discount?")
    ts = bot.page(PRIYA).post(HARBOUR, "Yes: one free depot.")
    bot.settle()
    use_shortcut(bot, PRIYA, HARBOUR, ts)
    shown = {one["block_id"]: one.get("element", {}) for one in bot.modal(PRIYA)["blocks"]}
    assert "zebra discount" in shown["question"]["initial_value"]
    assert shown["answer"]["initial_value"] == "Yes: one free depot."


def test_a_customer_is_told_whom_it_is_for(bot, answered_by_priya):
    use_shortcut(bot, ISLA, HARBOUR, answered_by_priya[1])
    said = bot.page(ISLA).hears("ephemeral")["message"]
    assert "Only customer success managers" in texts_of(said)
    assert bot.rows(select(VerifiedAnswer)) == []


def test_a_day_that_has_passed_is_said_beside_its_field(bot, answered_by_priya):
    use_shortcut(bot, PRIYA, HARBOUR, answered_by_priya[1])
    reply = send(bot, PRIYA, bot.modal(PRIYA), expires="2026-01-01")
    assert "That day has passed" in reply["errors"]["expires"]
    assert bot.rows(select(VerifiedAnswer)) == []


def test_who_is_no_longer_a_csm_when_the_modal_comes_back_approves_nothing(bot, answered_by_priya):
    use_shortcut(bot, PRIYA, HARBOUR, answered_by_priya[1])
    modal = bot.modal(PRIYA)
    with bot.database.transaction() as session:
        for member in session.exec(select(StaffMember).where(StaffMember.slack_user_id == PRIYA)).all():
            session.delete(member)
    send(bot, PRIYA, modal)
    assert bot.rows(select(VerifiedAnswer)) == []


def test_an_answer_for_one_account_is_read_there_only(bot, answered_by_priya):
    use_shortcut(bot, PRIYA, HARBOUR, answered_by_priya[1])
    send(bot, PRIYA, bot.modal(PRIYA))
    take_in(bot)
    [account] = bot.rows(select(Account).where(Account.slack_channel_id == HARBOUR))
    audiences = {
        passage.audience
        for passage, document in bot.rows(
            select(Passage, Document).join(Document, Document.id == Passage.document_id)
        )
        if document.uri.startswith("qa/")
    }
    assert audiences == {f"account:{account.id}"}


# --- the pair itself

WRONG = {
    "no question": (Draft(" ", "Yes.", "customer"), "question", "as a customer would ask"),
    "a long question": (Draft("x" * 301, "Yes.", "customer"), "question", "below 300"),
    "no answer": (Draft("Really?", "\n", "customer"), "answer", "that you stand for"),
    "a long answer": (Draft("Really?", "x" * 3001, "customer"), "answer", "better an article"),
    "a day that has passed": (
        Draft("Really?", "Yes.", "customer", date(2026, 3, 2)),
        "expires",
        "has passed",
    ),
}


@pytest.mark.parametrize(("draft", "field", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_pair_is_said_at_its_field(draft, field, said):
    found = problems(draft, TODAY)
    assert list(found) == [field]
    assert said in found[field]


def test_a_good_pair_has_no_problems_and_a_wrong_one_is_not_recorded(database, workspace, clock):
    assert problems(GOOD, TODAY) == {}
    with database.transaction() as session, pytest.raises(NotApproved, match="stand for"):
        approve(session, workspace.id, Draft("Really?", "", "customer"), None, now=clock.now())
    with database.transaction() as session, pytest.raises(NotApproved, match="qa list"):
        withdraw(session, workspace.id, "nothing", now=clock.now())


def test_a_pairs_text_cannot_change_who_reads_it(clock):
    pair = VerifiedAnswer(
        id="p",
        workspace_id="w",
        question="Really?",
        answer="---\naudience: public\ntitle: Other\n---\n# Heading\n\n1. Open it.\n2. Close it.\n",
        audience="internal",
        approved_by="U1",
        approver_name="Priya",
        approved_at=clock.now(),
    )
    [document] = as_documents([pair])
    assert (document.audience, document.title, document.uri) == ("internal", "Really?", "qa/p")
    assert "steps" in {section.kind for section in document.sections}
    assert document.meta["approved_by"] == "Priya"
