"""A copy of some accounts: what names somebody else's rows comes along without them."""

from sqlmodel import select

from store.rehearsal import copy_in_memory
from store.tables import Account, Message, conversations


def test_what_staff_wrote_elsewhere_is_copied_without_the_place_where_they_wrote_it(database, company, clock):
    with database.transaction() as session:
        elsewhere = conversations.open_conversation(
            session,
            workspace_id=company.workspace_id,
            channel_id="C0BOLT",
            thread_ts="1.0",
            surface="channel",
            opened_by="U0CARA",
            account_id=company.accounts["bolt"],
            now=clock.now(),
        )
        conversations.record_message(
            session,
            elsewhere,
            ts="1.1",
            author="person",
            slack_user_id="U0OMAR",
            text="I had a look.",
            now=clock.now(),
        )
    copy = copy_in_memory(database, company.workspace_id, [company.accounts["nord"]])
    with copy.reading() as session:
        assert "Nordwind GmbH" in {account.name for account in session.exec(select(Account)).all()}
        assert [message.text for message in session.exec(select(Message)).all()] == ["I had a look."]
    copy.close()
