"""What people agreed to: live until it ends or is taken back, kept once, never of somebody who left."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from store.erasing import erase_person
from store.personal import export_person
from store.tables import Account, Consent, Contact, Referral, consents

TODAY = date(2026, 3, 2)
QUOTE = "We plan in half the time since March."


def ana(session):
    return session.exec(select(Contact).where(Contact.slack_user_id == "U0ANA")).one()


def agreed(session, company, clock, **values):
    person = ana(session)
    given = {
        "workspace_id": company.workspace_id, "key": "r1:A2", "account_id": person.account_id, "contact_id": person.id,
        "purpose": "quote", "scope": "with_name", "text_shown": QUOTE, "given_at": clock.now(),
        "expires_on": TODAY + timedelta(days=365),
    } | values  # fmt: skip
    row = Consent(**given)
    return row if consents.give_consent(session, row) else None


def live(session, company, *purposes, on=TODAY):
    return [
        (one.purpose, one.scope)
        for one in consents.live_consents(session, company.workspace_id, on, *purposes)
    ]


def test_a_consent_is_kept_once_and_holds_until_it_ends(database, company, clock):
    with database.transaction() as session:
        assert agreed(session, company, clock) is not None
        assert agreed(session, company, clock) is None
        assert live(session, company, "quote") == [("quote", "with_name")]
        assert live(session, company, "reference") == []
        assert live(session, company, on=TODAY + timedelta(days=366)) == []


def test_a_new_consent_takes_the_place_of_the_one_before(database, company, clock):
    with database.transaction() as session:
        agreed(session, company, clock)
        agreed(session, company, clock, key="r2:A2", scope="without_name")
        agreed(session, company, clock, key="r2:A3", purpose="reference", scope="once_a_quarter")
        assert sorted(live(session, company)) == [("quote", "without_name"), ("reference", "once_a_quarter")]


def test_what_was_taken_back_may_not_be_used_any_more(database, company, clock):
    with database.transaction() as session:
        row = agreed(session, company, clock)
        assert consents.withdraw_consents(session, [row.contact_id], clock.now()) == 1
        assert consents.withdraw_consents(session, [row.contact_id], clock.now()) == 0
        assert live(session, company) == []
        assert [one.text_shown for one in consents.consents_of(session, [row.contact_id])] == [QUOTE]


@pytest.mark.parametrize(
    "gone", [{"status": "left"}, {"opted_out_at": True}], ids=["has left", "wants to hear nothing"]
)
def test_nobody_is_an_advocate_who_is_gone_or_opted_out(database, company, clock, gone):
    with database.transaction() as session:
        agreed(session, company, clock)
        person = ana(session)
        for name, value in gone.items():
            setattr(person, name, clock.now() if value is True else value)
        session.flush()
        assert live(session, company) == []


def test_vendor_reputation_advocates_of_the_same_segment_come_first_and_never_ones_own_people(
    database, company, clock
):
    with database.transaction() as session:
        row = agreed(session, company, clock, purpose="reference")
        own = session.get_one(Account, row.account_id)
        others = [
            one for one in session.exec(select(Account)).all()
            if one.id != own.id and one.workspace_id == company.workspace_id
        ]  # fmt: skip
        [(found, contact, account)] = consents.advocates(
            session, company.workspace_id, TODAY, "reference", for_account=others[0]
        )
        assert (found.id, contact.slack_user_id, account.id) == (row.id, "U0ANA", own.id)
        assert consents.advocates(session, company.workspace_id, TODAY, "reference", for_account=own) == []
        consents.note_use(session, found, TODAY)
        assert (found.uses, found.last_used_on) == (1, TODAY)


def test_referral_the_same_person_introduced_twice_is_one_referral_of_which_only_a_hash_is_kept(
    database, company, clock
):
    with database.transaction() as session:
        person = ana(session)

        def introduced(address):
            return consents.refer(
                session,
                Referral(
                    workspace_id=company.workspace_id, account_id=person.account_id, referrer_contact_id=person.id,
                    invitee_hash=consents.invitee_hash(company.workspace_id, address),
                    created_at=clock.now(), updated_at=clock.now(),
                ),
            )  # fmt: skip

        assert [introduced(one) for one in ("zoe@far.example", " Zoe@Far.example ", "yan@far.example")] == [
            True, False, True,
        ]  # fmt: skip
        assert len(consents.referrals_of(session, person.account_id)) == 2


def test_consents_are_in_the_export_and_end_with_the_person(database, company, clock):
    with database.transaction() as session:
        agreed(session, company, clock)
        [told] = export_person(session, company.workspace_id, "U0ANA")["consents"]
        assert told["text_shown"] == QUOTE
        erase_person(session, company.workspace_id, "U0ANA", requested_by="U0OMAR", now=clock.now())
    with database.reading() as session:
        [row] = session.exec(select(Consent)).all()
        assert (row.text_shown, row.withdrawn_at is None) == ("", False)
