"""What `bot/deliver.py` finds in the outbox: the payloads as `playbooks.effects` describes them."""

from __future__ import annotations

from playbooks import events

COMMON = {
    "view",
    "run_id",
    "playbook",
    "title",
    "step_key",
    "account_id",
    "account",
    "text",
    "csm_first",
    "bot",
}
TO_CONTACT = COMMON | {
    "contact_id",
    "contact_name",
    "contact_email",
    "fallback_channel_id",
    "to_slack_user_id",
    "sender",
    "reply_to",
}
TO_STAFF = COMMON | {"role", "staff_name", "staff_email", "contact_id", "contact_name", "task_ids"}
ASKED = {"ask_type", "options"}
CARD = TO_STAFF | ASKED | {"contact_role", "send_at", "send_at_there", "actions", "why"}


def test_every_view_carries_what_is_promised(world):
    run = world.start("onboarding", "smb")
    world.reply(run, "O1", "UADA_SMB", text="one result would be a quick win")
    world.reply(run, "O1", "UADA_SMB", text="no")
    world.until(2026, 3, 4, 12)
    world.reply(run, "O1", "UADA_SMB", "team_live")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", "UADA_SMB", "bumps")
    world.reply(run, "O2_bumps", "UADA_SMB", text="the import")
    world.start("onboarding", "mm")
    world.start("onboarding", "ent")
    world.until(2026, 4, 1, 12)
    renewal = world.start("renewal", "mm")
    world.reply(renewal, "R1", "UDANA", "ready", staff=True)
    shapes = {
        "playbook_message": TO_CONTACT | ASKED | {"actions", "attachment"},
        "playbook_nudge": TO_CONTACT | ASKED | {"actions"},
        "playbook_confirm": TO_CONTACT | {"value", "label", "reply_text"},
        "playbook_again": TO_CONTACT | ASKED,
        "playbook_ack": TO_CONTACT | {"answer_label"},
        "playbook_preview": CARD,
        "playbook_approval": CARD | {"replies"},
        "playbook_notice": TO_STAFF | {"urgent"},
        "playbook_task": TO_STAFF | {"urgent"},
        "playbook_question": TO_STAFF | ASKED,
        "playbook_lookup": COMMON | {"question", "contact_id", "slack_user_id"},
    }
    seen = {row.payload["view"]: set(row.payload) for row in world.outbox()}
    assert seen == shapes
    assert {row.kind for row in world.outbox() if row.payload["view"] != "playbook_lookup"} == {"dm"}


def test_a_message_to_a_contact_in_full(world):
    run = world.start("onboarding", "smb")
    row = world.messages()[0]
    assert (row.key, row.kind, row.slack_user_id) == (f"{run}:O1:message", "dm", "UADA_SMB")
    assert row.payload == {
        "view": "playbook_message",
        "run_id": run,
        "playbook": "Onboarding check-ins",
        "title": "Welcome and first goal",
        "step_key": "O1",
        "account_id": world.accounts["smb"],
        "account": "Smb Works",
        "csm_first": "Dana",
        "bot": "Guidepost",
        "text": "Hi Ada, I'm Guidepost; Dana Doe is your person. You said *faster reports* matters most. "
        "First, what does a good first month look like?",
        "contact_id": world.contacts["UADA_SMB"],
        "contact_name": "Ada Ali",
        "contact_email": "ada@smb.example",
        "fallback_channel_id": "CSMB",
        "to_slack_user_id": None,
        "sender": "Guidepost for Dana",
        "ask_type": "buttons",
        "options": [
            {"value": "stated_goal", "label": "Faster reports", "group": None, "wants_text": False},
            {"value": "team_live", "label": "Our whole team uses it", "group": None, "wants_text": False},
            {"value": "first_result", "label": "One result we can show", "group": None, "wants_text": False},
            {"value": "other", "label": "Something else…", "group": None, "wants_text": True},
        ],
        "actions": ["not_me", "later", "talk"],
        "reply_to": None,
        "attachment": None,
    }


def test_an_approval_shows_the_replies_that_it_covers(world):
    world.start("onboarding", "ent")
    replies = {reply["label"]: reply["text"] for reply in world.last("playbook_approval")["replies"]}
    assert replies == {
        "Something else…": "Thank you, I have written that down. Dana will confirm it with you.",
        "Any other answer": "Thank you. That is what we will measure ourselves against.",
    }


def test_a_person_without_a_slack_id_is_named_by_address(world):
    from store.tables import Contact

    world.change((Contact, world.contacts["UADA_SMB"]), slack_user_id=None)
    run = world.start("onboarding", "smb")
    row = world.messages()[0]
    assert (row.slack_user_id, row.payload["contact_email"]) == (None, "ada@smb.example")
    world.handle(run, events.Undeliverable("O1", "nobody has this address"))
    assert world.steps(run)["O1"] == "skipped"
