"""Tasks, who answers for an account, last questions and the state of an installation, on both databases."""

from datetime import timedelta

import pytest

from store import people
from store.insights.installation import installation
from store.tables import (
    Account,
    Answer,
    StaffMember,
    Subscription,
    Task,
    UsageFact,
    accounts,
    answers,
    feedback,
    playbooks,
    tasks,
)
from store.tables.conversations import open_conversation, record_message


def add_task(session, company, clock, key, **fields):
    task = Task(workspace_id=company.workspace_id, key=key, title=key, created_at=clock.now(), **fields)
    assert tasks.open_task(session, task)
    return task.id


def test_open_tasks_come_with_the_one_due_longest_first_and_undated_ones_last(database, company, clock):
    with database.transaction() as session:
        add_task(session, company, clock, "undated", owner_email="omar@guide.example")
        add_task(session, company, clock, "soon", owner_email="Omar@guide.example", due_at=clock.now())
        add_task(
            session,
            company,
            clock,
            "late",
            owner_email="omar@guide.example",
            due_at=clock.now() - timedelta(days=1),
        )
        add_task(session, company, clock, "account's", account_id=company.accounts["nord"])
        add_task(session, company, clock, "other's", owner_email="lena@guide.example")
        mine = tasks.open_tasks(session, company.workspace_id, owner_email="omar@guide.example")
        both = tasks.open_tasks(
            session,
            company.workspace_id,
            owner_email="omar@guide.example",
            account_ids=[company.accounts["nord"]],
        )
    assert [task.key for task in mine] == ["late", "soon", "undated"]
    assert {task.key for task in both} == {"late", "soon", "undated", "account's"}


def test_a_task_is_opened_once_and_closed_once(database, company, clock):
    with database.transaction() as session:
        task_id = add_task(session, company, clock, "once")
        again = Task(workspace_id=company.workspace_id, key="once", title="again", created_at=clock.now())
        assert not tasks.open_task(session, again)
        assert tasks.close_task(session, task_id, clock.now())
        assert not tasks.close_task(session, task_id, clock.now())
        found = tasks.find_task(session, company.workspace_id, task_id)
        assert found.state == "done"
        assert tasks.task_of_key(session, company.workspace_id, "once").id == task_id
        assert tasks.find_task(session, "another workspace", task_id) is None


def test_a_task_gets_other_words_and_an_end_only_while_it_is_open(database, company, clock):
    def reword(session, title):
        return tasks.reword_task(session, company.workspace_id, "both", title=title, body="why")

    def end(session, key, state):
        tasks.end_task(session, company.workspace_id, key, state=state, now=clock.now())

    with database.transaction() as session:
        task_id = add_task(session, company, clock, "both")
        assert reword(session, "Ada and Ben") == task_id
        end(session, "nobody's", "done")
        end(session, "both", "cancelled")
        end(session, "both", "done")
        assert reword(session, "too late") == task_id
    with database.reading() as session:
        found = tasks.find_task(session, company.workspace_id, task_id)
    assert (found.title, found.body, found.state) == ("Ada and Ben", "why", "cancelled")


@pytest.mark.parametrize(
    ("key", "who"),
    [
        pytest.param("nord", ["omar", "mia", "dana"], id="CSM, their manager, the admin"),
        pytest.param("bolt", ["lena", "dana"], id="CSM without a manager"),
        pytest.param("free", ["mia", "dana"], id="no CSM: every manager, then the admin"),
        pytest.param(None, ["mia", "dana"], id="no account"),
    ],
)
def test_who_answers_for_an_account_nearest_first(database, company, key, who):
    with database.reading() as session:
        account = session.get(Account, company.accounts[key]) if key else None
        ladder = people.ladder(session, company.workspace_id, account)
    assert [member.email.split("@")[0] for member in ladder] == who


def ask(session, company, clock, text, account=None, who="U0ANA"):
    conversation = open_conversation(
        session,
        workspace_id=company.workspace_id,
        channel_id="C0NORD",
        thread_ts=text,
        surface="channel",
        opened_by=who,
        account_id=account,
        now=clock.now(),
    )
    question = record_message(
        session, conversation, ts=text, author="person", slack_user_id=who, text=text, now=clock.now()
    )
    answer = Answer(
        workspace_id=company.workspace_id,
        question_id=question.id,
        conversation_id=conversation.id,
        account_id=account,
        asked_by=who,
        status="refused",
        text="",
        created_at=clock.now(),
    )
    session.add(answer)
    session.flush()
    clock.advance(timedelta(minutes=1))
    return answer


def test_last_questions_are_those_of_a_person_or_of_accounts_newest_first(database, company, clock):
    nord = company.accounts["nord"]
    with database.transaction() as session:
        ask(session, company, clock, "first", nord)
        last = ask(session, company, clock, "second", nord)
        ask(session, company, clock, "other", None, who="U0BEN")
        of_account = answers.last_questions(session, company.workspace_id, limit=5, account_ids=[nord])
        of_person = answers.last_questions(session, company.workspace_id, limit=1, asked_by="U0ANA")
        assert [one.text for one in of_account] == ["second", "first"]
        assert [one.answer_id for one in of_person] == [last.id]
        assert answers.last_in_conversation(session, last.conversation_id, "U0ANA").id == last.id
        assert answers.find_answer(session, "another workspace", last.id) is None


def test_a_click_that_comes_late_does_not_undo_a_later_one(database, company, clock):
    with database.transaction() as session:
        answer = ask(session, company, clock, "q")
        rate = {"workspace_id": company.workspace_id, "answer_id": answer.id, "account_id": None}
        later = clock.now()
        feedback.rate_answer(session, **rate, slack_user_id="U0ANA", rating=-1, reason="wrong", now=later)
        row = feedback.rate_answer(
            session, **rate, slack_user_id="U0ANA", rating=1, now=later - timedelta(seconds=1)
        )
        assert (row.rating, row.reason) == (-1, "wrong")


def test_usage_is_the_newest_of_each_kind(database, company, clock):
    today = clock.now().date()
    with database.transaction() as session:
        for days, value in ((3, "1"), (1, "3"), (2, "2")):
            session.add(
                UsageFact(
                    workspace_id=company.workspace_id,
                    account_id=company.accounts["nord"],
                    kind="seats_used",
                    value=value,
                    observed_on=today - timedelta(days=days),
                    created_at=clock.now(),
                )
            )
        session.flush()
        [fact] = accounts.latest_usage(session, company.accounts["nord"])
        assert fact.value == "3"
        assert accounts.running_subscription(session, company.accounts["nord"]) is None
        assert [one.name for one in accounts.contacts_of(session, company.accounts["nord"])][:2] == [
            "Ana Ruiz",
            "Ben Holt",
        ]
        assert playbooks.open_runs(session, company.workspace_id, company.accounts.values()) == []


def test_the_state_of_an_installation_is_counted(database, company):
    with database.reading() as session:
        found = installation(session, company.workspace_id)
        empty = installation(session, "another workspace")
    assert (found.accounts, found.mapped_channels, found.staff, found.documents) == (4, 2, 5, 0)
    assert (found.failed_messages, found.failed_events, found.last_error, found.synced_at) == (
        0,
        0,
        None,
        None,
    )
    assert (empty.accounts, empty.staff) == (0, 0)


def test_a_ladder_names_nobody_twice(database, company, clock):
    with database.transaction() as session:
        session.add(
            StaffMember(
                workspace_id=company.workspace_id,
                email="boss@guide.example",
                name="Boss",
                role="manager",
                team="East",
                created_at=clock.now(),
                updated_at=clock.now(),
            )
        )
        session.flush()
        ladder = people.ladder(session, company.workspace_id, session.get(Account, company.accounts["nord"]))
    names = [member.email.split("@")[0] for member in ladder]
    assert names == ["omar", "mia", "boss", "dana"]


def test_open_tasks_of_a_thread_are_found_by_where_they_came_from(database, company, clock):
    here = {"channel": "C1", "ts": "1.0"}
    with database.transaction() as session:
        add_task(session, company, clock, "here", kind="handover", link=here)
        add_task(session, company, clock, "another thread", kind="handover", link=here | {"ts": "2.0"})
        add_task(session, company, clock, "another channel", kind="handover", link=here | {"channel": "C2"})
        add_task(session, company, clock, "another kind", kind="promise", link=here)
        add_task(session, company, clock, "done", kind="handover", link=here, state="done")
        add_task(session, company, clock, "of no thread", kind="handover")
    with database.reading() as session:
        found = tasks.open_in_thread(
            session, company.workspace_id, "handover", channel_id="C1", thread_ts="1.0"
        )
    assert [task.key for task in found] == ["here"]


def test_the_running_terms_of_many_accounts_are_read_at_once(database, company, clock):
    today = clock.now().date()
    with database.transaction() as session:
        for key, account, days, status in (
            ("late", "nord", 90, "active"),
            ("soon", "nord", 30, "active"),
            ("over", "nord", 5, "renewed"),
            ("gone", "bolt", 5, "churned"),
            ("not asked for", "free", 5, "active"),
        ):
            session.add(
                Subscription(
                    workspace_id=company.workspace_id,
                    key=key,
                    account_id=company.accounts[account],
                    started_on=today,
                    renews_on=today + timedelta(days=days),
                    status=status,
                    created_at=clock.now(),
                    updated_at=clock.now(),
                )
            )
        session.flush()
        asked = [company.accounts["nord"], company.accounts["bolt"]]
        found = accounts.running_subscriptions(session, asked)
        assert {account: term.key for account, term in found.items()} == {company.accounts["nord"]: "soon"}
        assert found[asked[0]] == accounts.running_subscription(session, asked[0])
        assert accounts.running_subscriptions(session, []) == {}
