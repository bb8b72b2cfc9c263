"""People's answers become knowledge: approved in Slack or on the command line, cited with a name, expired by the clock."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlmodel import select

from bot.blocks.kb_draft import DraftView, draft_speech
from bot.syncing import DueSyncs
from bot.verifying.answers import Draft, NotApproved, approve, problems, withdraw
from bot.wiring import Core
from knowledge.adapters.generations import NumpyGenerations
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.ingest import Ingest
from knowledge.verified import as_documents
from store.tables import Account, Document, Passage, StaffMember, Task, VerifiedAnswer
from tests.bot_fixtures import GRACE, HARBOUR, ISLA, PRIYA, TEAM, texts_of

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


def propose(bot, reply, **changes):
    """Priya suggests her answer; the card of the editor, Grace."""
    use_shortcut(bot, PRIYA, HARBOUR, reply)
    send(bot, PRIYA, bot.modal(PRIYA), **changes)
    return bot.seen(GRACE, bot.dm(GRACE)).messages[-1]


def test_a_draft_is_no_knowledge_until_somebody_else_approves_it(bot, answered_by_priya):
    card = propose(bot, answered_by_priya[1])
    assert "Priya Raman suggests an answer" in card["text"]
    assert "one free depot" in texts_of(card)
    assert bot.rows(select(VerifiedAnswer)) == []
    assert "Grace Okafor reads" in texts_of(bot.seen(PRIYA, HARBOUR, answered_by_priya[0]).ephemerals[-1])
    bot.press(GRACE, card, "kb_draft_decline")
    assert bot.rows(select(VerifiedAnswer)) == []
    assert "Declined by Grace Okafor" in texts_of(bot.seen(GRACE, bot.dm(GRACE)).messages[-1])
    assert "has not taken" in bot.seen(PRIYA, bot.dm(PRIYA)).messages[-1]["text"]


def test_the_editor_may_change_it_first(bot, answered_by_priya):
    card = propose(bot, answered_by_priya[1])
    bot.press(GRACE, card, "kb_draft_change")
    modal = bot.modal(GRACE)
    assert "That day" in send(bot, GRACE, modal, expires="2026-01-01")["errors"]["expires"]
    send(bot, GRACE, modal, answer="Yes: bakeries get one depot for free.", audience="customer")
    [pair] = bot.rows(select(VerifiedAnswer))
    assert (pair.answer, pair.approver_name) == ("Yes: bakeries get one depot for free.", "Grace Okafor")
    assert "Approved by Grace Okafor" in texts_of(bot.seen(GRACE, bot.dm(GRACE)).messages[-1])


def test_nobody_approves_their_own_draft_nor_a_csm_anybodys(bot, answered_by_priya):
    propose(bot, answered_by_priya[1])
    [task] = bot.rows(select(Task).where(Task.kind == "kb_draft"))
    with bot.database.transaction() as session:
        task = session.get_one(Task, task.id)
        task.link = task.link | {"author": GRACE}
        session.add(task)
    draft = DraftView(task.id, "Priya", GOOD, "All customers")
    bot.services.messenger.post(TEAM, draft_speech(draft), key="copied")
    copied = bot.seen(GRACE, TEAM).messages[-1]
    for user, sentence in ((GRACE, "somebody else reads it"), (PRIYA, "managers and admins")):
        bot.press(user, copied, "kb_draft_approve")
        assert sentence in texts_of(bot.seen(user, TEAM).ephemerals[-1])
    assert bot.rows(select(VerifiedAnswer)) == []


def test_where_the_author_is_the_only_editor_it_is_approved_at_once(bot, answered_by_priya):
    with bot.database.transaction() as session:
        for member in session.exec(select(StaffMember)).all():
            if member.slack_user_id == PRIYA:
                member.role = "admin"
                session.add(member)
            else:
                session.delete(member)
    use_shortcut(bot, PRIYA, HARBOUR, answered_by_priya[1])
    send(bot, PRIYA, bot.modal(PRIYA))
    [pair] = bot.rows(select(VerifiedAnswer))
    assert pair.approver_name == "Priya Raman"


def test_where_nobody_may_approve_it_the_author_hears_who_has_to_be_named_and_keeps_the_words(
    bot, answered_by_priya
):
    with bot.database.transaction() as session:
        for member in session.exec(select(StaffMember)).all():
            if member.slack_user_id != PRIYA:
                session.delete(member)
    use_shortcut(bot, PRIYA, HARBOUR, answered_by_priya[1])
    send(bot, PRIYA, bot.modal(PRIYA))
    assert bot.rows(select(VerifiedAnswer)) == []
    told = bot.seen(PRIYA, HARBOUR, answered_by_priya[0]).ephemerals[-1]["text"]
    assert "/cs admin role @person manager" in told
    assert "one free depot" in told


def test_an_answer_of_a_csm_is_approved_by_an_editor_and_cited_with_their_name(bot, answered_by_priya):
    _, reply = answered_by_priya
    assert use_shortcut(bot, PRIYA, HARBOUR, reply) == {"ok": True}
    modal = bot.modal(PRIYA)
    shown = {block["block_id"]: block["element"] for block in modal["blocks"] if block["type"] == "input"}
    assert "zebra discount for bakeries?" in shown["question"]["initial_value"]
    assert shown["answer"]["initial_value"] == "Yes: bakeries get the zebra discount of one free depot."
    assert shown["audience"]["initial_option"]["value"].startswith("account:")  # the narrowest
    assert shown["expires"]["initial_date"] == "2026-08-30"
    send(bot, PRIYA, modal, audience="customer")
    bot.press(GRACE, bot.seen(GRACE, bot.dm(GRACE)).messages[-1], "kb_draft_approve")
    [pair] = bot.rows(select(VerifiedAnswer))
    assert (pair.audience, pair.approver_name) == ("customer", "Grace Okafor")
    assert "has approved your answer" in bot.seen(PRIYA, bot.dm(PRIYA)).messages[-1]["text"]
    assert pair.source_link.startswith("http")
    assert take_in(bot) == 1
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> Is there a zebra discount for bakeries?")
    answer = texts_of(bot.seen(ISLA, HARBOUR, ts).messages[-1])
    assert "one free depot" in answer
    assert "approved by Grace Okafor on 3 March 2026" in answer


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
    bot.press(GRACE, propose(bot, answered_by_priya[1]), "kb_draft_approve")
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
