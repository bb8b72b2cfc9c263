"""The command line: what each command does, and what it says where it cannot."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select
from typer.main import get_command

from bot.cli import app, main
from bot.local import sample
from bot.settings import load_settings
from bot.wiring import open_core
from knowledge.adapters.generations import NumpyGenerations
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.ingest import Ingest
from store import schema
from store.clock import FixedClock
from store.tables import Conversation, Message

ROOT = Path(__file__).parents[3]
SAMPLE = Path(sample.__file__).parent
ANSWER = {"status", "answer", "readings", "sentences", "citations", "confidence", "timings_ms"}
CITATION = {"n", "title", "uri", "passage_id", "quote", "standing", "note"}
REPORT = {"added", "updated", "deleted", "unchanged", "failed", "passages", "seconds"}


def open_with_doubles(clock):
    """What commands stand on, with models that load in no time."""
    core = open_core(load_settings(), clock)
    core.embedder, core.reranker = HashingEmbedder(), OverlapReranker()
    core.ingest = Ingest(
        core.database,
        workspace_id=core.workspace_id,
        clock=core.clock,
        embedder=core.embedder,
        store=NumpyGenerations(),
        folder=core.index_folder,
    )
    return core


@pytest.fixture
def guidepost(tmp_path, monkeypatch, capsys):
    """Run a command in a folder of its own; returns its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUIDEPOST_DATA_DIR", str(tmp_path / "data"))
    clock = FixedClock()

    def run(*arguments):
        code = 0
        clock.advance(timedelta(minutes=1))
        try:
            main([str(argument) for argument in arguments], lambda: open_with_doubles(clock))
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return SimpleNamespace(code=code, out=said.out, err=said.err)

    run.clock = clock
    return run


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "help"
    folder.mkdir()
    (folder / "export.md").write_text(
        "# Export your data\n\nPress Export in the settings to get a CSV file of your data.\n"
    )
    (folder / "invite.md").write_text(
        "# Invite drivers\n\nOpen Drivers and press Invite. Drivers get a link by SMS.\n"
    )
    return folder


@pytest.fixture
def company(guidepost):
    """The sample company's files, imported."""
    for noun in ("staff", "accounts", "contacts"):
        assert guidepost("accounts", "import", noun, SAMPLE / f"{noun}.csv").code == 0
    return guidepost


def json_of(said):
    assert said.code == 0, said.err
    return json.loads(said.out)


# Knowledge and questions


def test_a_sync_reports_what_changed_and_again_that_nothing_did(guidepost, docs):
    first = json_of(guidepost("knowledge", "sync", docs, "--json"))
    assert set(first) >= REPORT
    assert (first["added"], first["passages"], first["failed"]) == (2, 2, [])
    again = json_of(guidepost("knowledge", "sync", docs, "--json"))
    assert (again["unchanged"], again["embedded"]) == (2, 0)
    (docs / "export.md").unlink()
    (docs / "empty.md").write_bytes(b"\xff\xfe\x00")
    third = json_of(guidepost("knowledge", "sync", docs, "--json"))
    assert third["deleted"] == 1
    [failed] = third["failed"]
    assert set(failed) == {"uri", "reason"}


def test_a_sync_says_in_words_what_it_did_and_who_may_read_it(guidepost, docs):
    said = guidepost("knowledge", "sync", docs)
    assert "2 added, 0 updated, 0 deleted, 0 unchanged; 2 passages" in said.out
    assert "Documents that do not say who may read them: public" in said.out


def test_a_sync_whose_errors_are_no_terminal_draws_no_bar(guidepost, docs):
    assert guidepost("knowledge", "sync", docs).err == ""


def test_a_sync_says_how_often_it_comes_again_and_refuses_what_is_no_span(guidepost, docs):
    guidepost("knowledge", "sync", docs, "--every", "6h")
    [source] = json_of(guidepost("knowledge", "sources", "--json"))
    assert source["next_sync_at"] == "2026-03-02T16:01:00+00:00"
    said = guidepost("knowledge", "sync", docs, "--every", "soon")
    assert (said.code, "30m, 6h or 1d" in said.err) == (1, True)


def test_rules_of_a_folder_are_followed_and_told_of(guidepost, docs):
    (docs / "guidepost.yaml").write_text('"nothing/*": {plan: growth}\n"*.md": {audience: internal}\n')
    said = guidepost("knowledge", "sync", docs)
    assert 'warning: The rule "nothing/*" matches no document' in said.out
    assert json_of(guidepost("ask", "How do I export my data?", "--json"))["status"] == "refused"
    (docs / "guidepost.yaml").write_text('"*.md": {audiense: internal}\n')
    said = guidepost("knowledge", "sync", docs)
    assert (said.code, "Did you mean audience?" in said.err) == (1, True)


def test_what_is_there_can_be_counted_listed_checked_and_removed(guidepost, docs):
    guidepost("knowledge", "sync", docs)
    assert json_of(guidepost("knowledge", "status", "--json"))["documents"] == 2
    [source] = json_of(guidepost("knowledge", "sources", "--json"))
    assert source["documents"] == 2
    assert json_of(guidepost("knowledge", "check", "--json"))["healthy"]
    assert json_of(guidepost("knowledge", "remove", docs, "--json")) == {"deleted": 2}
    assert guidepost("knowledge", "sources").out.strip() == "Nothing is synced yet."


def test_a_cited_passage_opens_in_its_version_after_the_source_has_changed(guidepost, docs):
    guidepost("knowledge", "sync", docs)
    cited = json_of(guidepost("ask", "How do I export my data?", "--json"))["citations"][0]
    assert cited["standing"] == "current"
    now = json_of(guidepost("knowledge", "passage", cited["passage_id"], "--json"))
    assert (now["standing"], now["said_until"]) == ("current", None)
    (docs / "export.md").write_text("# Export your data\n\nThere is no export any more.\n")
    guidepost("knowledge", "sync", docs)
    then = json_of(guidepost("knowledge", "passage", cited["passage_id"], "--json"))
    assert (then["standing"], then["text"]) == ("changed", now["text"])
    (docs / "export.md").unlink()
    guidepost("knowledge", "sync", docs)
    assert json_of(guidepost("knowledge", "passage", cited["passage_id"], "--json"))["standing"] == "removed"


def test_a_passage_opens_for_those_only_who_may_read_it_and_its_document_today(guidepost, docs):
    guidepost("knowledge", "sync", docs)
    cited = json_of(guidepost("ask", "How do I export my data?", "--json"))["citations"][0]
    (docs / "export.md").write_text("---\naudience: internal\n---\n# Export your data\n\nFor us only.\n")
    guidepost("knowledge", "sync", docs)
    for passage_id in (cited["passage_id"], "nothing"):
        said = guidepost("knowledge", "passage", passage_id)
        assert said.code == 1
        assert "There is no passage" in said.err


def test_what_is_stale_or_out_of_date_is_named_with_its_source(guidepost, docs):
    (docs / "old.md").write_text("---\nreviewed_at: 2024-01-01\n---\n# Old\n\nText.\n")
    (docs / "over.md").write_text("---\neffective_until: 2026-01-01\n---\n# Over\n\nText.\n")
    guidepost("knowledge", "sync", docs)
    [source] = json_of(guidepost("knowledge", "sources", "--json"))
    assert (source["stale"], source["out_of_date"]) == (["old.md"], ["over.md"])
    status = json_of(guidepost("knowledge", "status", "--json"))
    assert (status["stale"], status["out_of_date"]) == (1, 1)


def test_an_index_that_is_not_there_is_unhealthy_and_repaired(guidepost, docs):
    assert guidepost("knowledge", "check").code == 1
    guidepost("knowledge", "sync", docs)
    assert json_of(guidepost("knowledge", "check", "--repair", "--json"))["healthy"]


def test_a_search_ranks_passages_with_each_stages_score(guidepost, docs):
    guidepost("knowledge", "sync", docs)
    found = json_of(guidepost("knowledge", "search", "export my data", "-k", "1", "--json"))
    assert [row["title"] for row in found] == ["Export your data"]
    assert {"fused", "reranked"} <= set(found[0])
    assert "Export your data" in guidepost("knowledge", "search", "export my data").out


def test_an_answer_has_exactly_the_promised_keys(guidepost, docs):
    guidepost("knowledge", "sync", docs)
    answer = json_of(guidepost("ask", "How do I export my data as CSV?", "--json"))
    assert set(answer) == ANSWER
    assert answer["status"] == "answered"
    assert all(set(one) == {"text", "citations"} for one in answer["sentences"])
    assert all(set(one) == CITATION for one in answer["citations"])
    assert 0 <= answer["confidence"] <= 1
    said = guidepost("ask", "How do I export my data as CSV?")
    assert "[1] Export your data — export.md" in said.out


def test_a_refusal_to_nobody_hints_at_as_and_stdout_stays_json(guidepost, docs):
    guidepost("knowledge", "sync", docs)
    said = guidepost("ask", "Qwertz zyxwvu plonk?", "--json")
    assert json_of(said)["status"] == "refused"
    assert "Add --as" in said.err


def test_as_somebody_reads_what_they_may_read(company, docs):
    company("knowledge", "sync", docs, "--audience", "internal")
    assert json_of(company("ask", "How do I export my data?", "--json"))["status"] == "refused"
    answer = company("ask", "How do I export my data?", "--as", "priya.raman@fernway.example", "--json")
    assert json_of(answer)["citations"]


def test_questions_of_one_thread_are_remembered(guidepost, docs):
    guidepost("knowledge", "sync", docs)
    for question, thread in (
        ("How do I export my data?", "T1"),
        ("And as CSV?", "T1"),
        ("Who gets an SMS?", "T2"),
    ):
        assert json_of(guidepost("ask", question, "--thread", thread, "--json"))["status"]
    with open_with_doubles(FixedClock()).database.reading() as session:
        kept = session.exec(
            select(Conversation.thread_ts, Message.author).join(Message).order_by(Message.ts)
        ).all()
    assert kept == [("T1", "person"), ("T1", "bot")] * 2 + [("T2", "person"), ("T2", "bot")]


def test_a_batch_keeps_each_questions_id(guidepost, docs, tmp_path):
    guidepost("knowledge", "sync", docs)
    batch = tmp_path / "questions.jsonl"
    batch.write_text(
        '{"_id": "a", "text": "How do I export?"}\n\n{"_id": 7, "text": "Who gets an SMS?", "more": 1}\n'
    )
    said = guidepost("ask", "--batch", batch, "--json")
    assert said.code == 0
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert [row["_id"] for row in rows] == ["a", "7"]
    assert all(set(row) == ANSWER | {"_id"} for row in rows)


# Accounts, playbooks, digest, database


def test_accounts_come_from_a_file_and_a_bad_row_is_named(guidepost, tmp_path):
    file = tmp_path / "accounts.csv"
    file.write_text("account_id,name,segment\nharbour,Harbour,MM\nbad,,XXL\n")
    said = guidepost("accounts", "import", "accounts", file, "--json")
    report = json.loads(said.out)
    assert (said.code, report["added"]) == (1, 1)
    assert report["failed"][0]["line"] == 3
    assert "line 3:" in guidepost("accounts", "import", "accounts", file).out


def test_playbooks_are_listed_checked_and_simulated(company, tmp_path):
    for noun in ("subscriptions", "usage"):
        text = (SAMPLE / f"{noun}.csv").read_text(encoding="utf-8")
        (tmp_path / f"{noun}.csv").write_text(re.sub(r"([,\n])([+-]\d+)d\b", r"\g<1>2026-09-01", text))
    listed = json_of(company("playbooks", "list", "--json"))
    assert {"onboarding", "renewal"} <= {one["name"] for one in listed}
    assert "Onboarding check-ins" in company("playbooks", "list").out
    definition = ROOT / "playbooks" / "definitions" / "onboarding.yaml"
    assert company("playbooks", "check", definition).out.strip() == "No problems."
    assert json_of(company("playbooks", "check", definition, "--json")) == []
    wish = ("playbooks", "simulate", "onboarding", "--account", "Fresh Fields", "--until", "2026-12-31")
    lines = json_of(company(*wish, "--json"))
    assert {"at", "local_time", "kind", "step", "to", "text", "delivery", "rule", "why"} < set(lines[0])
    assert "Amelia Ortiz" in {line["to"] for line in lines}
    assert "Amelia Ortiz" in company(*wish).out


def test_a_whole_segment_is_simulated_with_scripted_or_drawn_answers(company, tmp_path):
    (tmp_path / "answers.yaml").write_text('O4: "no"\n')
    wish = ("playbooks", "simulate", "onboarding", "--segment", "smb", "--until", "2026-12-31", "--json")
    silent = json_of(company(*wish))
    assert len({line["account"] for line in silent}) > 1
    assert "O4_missing" not in {line["step"] for line in silent}
    drawn = json_of(company(*wish, "--sample", 1))
    assert {line["step"] for line in drawn} - {line["step"] for line in silent}
    answered = json_of(company(*wish, "--answers", tmp_path / "answers.yaml"))
    assert "O4_missing" in {line["step"] for line in answered}
    assert "Nothing was sent" in company(*wish[:-1]).out


@pytest.mark.parametrize(
    ("form", "begins"),
    [("text", "Guidepost digest:"), ("json", "{"), ("csv", "figure,"), ("html", "<!doctype html>")],
)
def test_the_digest_comes_in_each_form(guidepost, form, begins):
    said = guidepost("digest", "--period", "30d", "--format", form)
    assert said.code == 0
    assert said.out.startswith(begins)
    if form == "json":
        json.loads(said.out)


def test_the_digest_of_a_segment_has_its_accounts_alone(guidepost):
    said = guidepost("digest", "--period", "30d", "--scope", "ENT")
    assert (said.code, said.out.startswith("Guidepost digest: segment ENT")) == (0, True)
    nowhere = guidepost("digest", "--scope", "Atlantis")
    assert (nowhere.code, nowhere.out) == (1, "")
    assert "no account, segment or CSM" in nowhere.err


def test_the_database_is_upgraded_and_saved(guidepost, tmp_path):
    assert f"is at revision {schema.head()}" in guidepost("db", "upgrade").out
    saved = tmp_path / "copies" / "backup.db"
    assert guidepost("db", "backup", saved).code == 0
    assert saved.read_bytes().startswith(b"SQLite format 3")
    again = guidepost("db", "backup", saved)
    assert (again.code, again.out) == (1, "")
    assert "exists already" in again.err


# What cannot be done


@pytest.fixture
def files(tmp_path):
    (tmp_path / "broken.yaml").write_text("playbook: [unclosed\n  x: 1\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x01")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00\x01")
    (tmp_path / "lines.jsonl").write_text('{"_id": "a", "text": "hi"}\n{"_id": "b"}\n')
    (tmp_path / "null.jsonl").write_text('{"_id": "a", "text": null}\n')
    (tmp_path / "accounts.csv").write_text("account_id,name\nharbour,Harbour\n")
    (tmp_path / "odd.csv").write_text("fruit,colour\napple,red\n")


SIMULATE = ("playbooks", "simulate")
ONBOARDING = (*SIMULATE, "onboarding", "--until", "2036-01-01")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        pytest.param(["ask"], "Give a question", id="no question"),
        pytest.param(["ask", "--batch", "nowhere.jsonl"], "nowhere.jsonl cannot be read", id="no batch"),
        pytest.param(["ask", "--batch", "binary"], "binary cannot be read", id="a batch that is no text"),
        pytest.param(["ask", "--batch", "lines.jsonl"], "lines.jsonl, line 2: expected", id="a bad line"),
        pytest.param(["ask", "--batch", "null.jsonl"], "null.jsonl, line 1: expected", id="no text in a line"),
        pytest.param(["knowledge", "sync", "nowhere"], "There is nothing at nowhere", id="no folder"),
        pytest.param(["knowledge", "sync", "https://"], "is no web address", id="no web address"),
        pytest.param(["knowledge", "sync", "http://127.0.0.1:1/"], "not in the public internet", id="a private address"),
        pytest.param(["knowledge", "sync", "binary"], "is not a document", id="no document"),
        pytest.param(["knowledge", "sync", "help", "--audience", "martians"], "martians", id="no audience"),
        pytest.param(["knowledge", "remove", "nowhere"], "There is no source nowhere", id="no source"),
        pytest.param(["accounts", "import", "martians", "accounts.csv"], "There are: accounts, contacts", id="no noun"),
        pytest.param(["accounts", "import", "acounts", "accounts.csv"], "accounts", id="a misspelt noun"),
        pytest.param(["accounts", "import", "accounts", "nowhere.csv"], "nowhere.csv cannot be read", id="no csv"),
        pytest.param(["accounts", "import", "accounts", "binary"], "is no text in UTF-8", id="no text"),
        pytest.param(["accounts", "import", "accounts", "odd.csv"], "account_id", id="other columns"),
        pytest.param(["playbooks", "check", "nowhere.yaml"], "There is nothing at nowhere.yaml", id="no definition"),
        pytest.param([*SIMULATE, "onboarding", "--account", "Atlantis", "--until", "2026-12-31"], "Which account is “Atlantis”?", id="no account"),
        pytest.param([*SIMULATE, "salsa", "--account", "fresh", "--until", "2026-12-31"], "There is no playbook “salsa”", id="no playbook"),
        pytest.param([*ONBOARDING], "--account NAME or --segment SMB", id="nobody named"),
        pytest.param([*ONBOARDING, "--segment", "XXL"], "No account is in the segment", id="no segment"),
        pytest.param([*ONBOARDING, "--account", "fresh", "--answers", "lines.jsonl"], "maps no steps to answers", id="no answers"),
        pytest.param([*ONBOARDING, "--account", "fresh", "--answers", "nowhere"], "maps no steps to answers", id="no file of answers"),
        pytest.param([*ONBOARDING, "--account", "fresh", "--sample", "1", "--answers", "x"], "either --answers", id="both"),
        pytest.param([*SIMULATE, "onboarding", "--account", "fresh", "--until", "soon"], "soon is no date", id="no date"),
        pytest.param([*SIMULATE, "onboarding", "--account", "fresh", "--until", "2020-01-01"], "2020-01-01 has passed", id="a past date"),
        pytest.param([*SIMULATE, "renewal", "--account", "fresh", "--until", "2026-12-31"], "has no running subscription", id="not for this account"),
        pytest.param(["digest", "--period", "7x"], "is no period", id="no period"),
        pytest.param(["digest", "--format", "xml"], "is no format", id="no format"),
        pytest.param(["eval", "retrieval", "nowhere"], "There is nothing at nowhere", id="no evaluation"),
        pytest.param(["eval", "retrieval", "help"], "no qrels.tsv", id="no evaluation data"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("files", "docs")
def test_what_cannot_be_done_is_one_sentence_on_stderr(company, command, sentence):
    said = company(*command)
    assert (said.code, said.out) == (1, "")
    assert sentence in said.err
    assert said.err.startswith("Error: ")
    assert len(said.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("file", "told"),
    [
        pytest.param("broken.yaml", "broken.yaml:2: This is no YAML", id="no YAML"),
        pytest.param("binary.yaml", "binary.yaml:1: The file cannot be read", id="no text"),
    ],
)
@pytest.mark.usefixtures("files")
def test_a_broken_definition_is_told_with_file_line_and_remedy(guidepost, file, told):
    said = guidepost("playbooks", "check", file)
    assert said.code == 1
    assert told in said.out
    [problem] = json.loads(guidepost("playbooks", "check", file, "--json").out)
    assert set(problem) == {"file", "line", "step", "message", "remedy"}
    assert problem["remedy"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        pytest.param("GUIDEPOST_DATA_DRI", "x", "Did you mean GUIDEPOST_DATA_DIR?", id="misspelt"),
        pytest.param("PORT", "many", "PORT: ", id="no number"),
        pytest.param("DATABASE_URL", "nonsense", "DATABASE_URL is no address", id="no address"),
        pytest.param("DATABASE_URL", "oracle://x/y", "DATABASE_URL is no address", id="another database"),
        pytest.param(
            "DATABASE_URL",
            "postgresql+psycopg://me:secret@127.0.0.1:1/x",
            "cannot be opened",
            id="nobody there",
        ),
        pytest.param("GUIDEPOST_DATA_DIR", "binary", "Set GUIDEPOST_DATA_DIR", id="a file for a folder"),
        pytest.param("SLACK_BOT_TOKEN", "xoxb-1", "SLACK_BOT_TOKEN is set alone", id="half a pair"),
    ],
)
@pytest.mark.parametrize("command", [("knowledge", "status"), ("db", "upgrade")])
@pytest.mark.usefixtures("files")
def test_a_setting_that_cannot_be_used_is_a_sentence(guidepost, monkeypatch, command, name, value, sentence):
    monkeypatch.setenv(name, value)
    said = guidepost(*command)
    assert (said.code, said.out) == (1, "")
    assert sentence in said.err
    assert "secret" not in said.err


@pytest.mark.parametrize(
    ("variable", "other"), [("PORT", "GUIDEPOST_LOCAL_PORT"), ("GUIDEPOST_LOCAL_PORT", "PORT")]
)
def test_a_port_that_is_taken_is_a_sentence_that_names_the_setting(guidepost, monkeypatch, variable, other):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv(variable, str(taken.getsockname()[1]))
        monkeypatch.setenv(other, "0")
        said = guidepost("run")
    assert said.code == 1
    assert "is taken" in said.err
    assert f"set {variable} to another" in said.err


# What the README says


def commands_of(command, before=()):
    """Every command there is, as the words that call it."""
    if not hasattr(command, "commands"):
        return {" ".join(before)}
    return {one for name, inner in command.commands.items() for one in commands_of(inner, (*before, name))}


def commands_in_readme(groups):
    """`guidepost knowledge status | sources` names two commands: one word after each bar, of the same group."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("## On the command line", 1)[1].split("```", 2)[1]
    named = set()
    for line in table.splitlines():
        if line.startswith("guidepost "):
            first, *others = re.split(r"\s\|\s", line.removeprefix("guidepost ").partition("#")[0])
            words = first.split()
            depth = 0
            while " ".join(words[: depth + 1]) in groups:
                depth += 1
            named |= {
                " ".join([*words[:depth], one.split()[0]]) for one in (" ".join(words[depth:]), *others)
            }
    return named


def test_the_readme_names_every_command_and_no_other():
    there = commands_of(get_command(app))
    groups = {one.rsplit(" ", 1)[0] for one in there if " " in one}
    groups |= {group.split()[0] for group in groups}
    assert commands_in_readme(groups) == there


@pytest.mark.slow
def test_with_json_stdout_holds_json_only_from_the_real_process_with_real_models(tmp_path, docs):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-W", "always", "-m", "bot.cli", *arguments],
            cwd=tmp_path,
            env={
                "PATH": "",
                "PYTHONPATH": str(ROOT),
                "GUIDEPOST_DATA_DIR": str(tmp_path / "data"),
                "OMP_NUM_THREADS": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    assert json.loads(run("knowledge", "sync", str(docs), "--json").stdout)["added"] == 2
    assert json.loads(run("ask", "How do I export my data?", "--json").stdout)["status"] == "answered"
    wrong = run("knowledge", "sync", "nowhere", "--json")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "Traceback" not in wrong.stderr


# Verified answers

ADD = (
    "knowledge",
    "qa",
    "add",
    "--question",
    "Is there a zebra discount?",
    "--answer",
    "The zebra discount is one free depot.",
)
PRIYAS = ("--by", "priya.raman@fernway.example")


def test_a_pair_added_on_the_command_line_answers_until_it_expires(company):
    added = json_of(company(*ADD, *PRIYAS, "--audience", "public", "--expires", "2026-03-20", "--json"))
    assert (added["approved_by"], added["state"]) == ("Priya Raman", "in effect")
    found = json_of(company("ask", "Is there a zebra discount?", "--json"))
    assert "one free depot" in found["answer"]
    assert found["citations"][0]["note"].startswith("approved by Priya Raman on 2 March 2026")
    assert json_of(company("knowledge", "sources", "--json"))[0]["source"] == "verified-answers"
    company.clock.advance(timedelta(days=19))
    assert json_of(company("ask", "Is there a zebra discount?", "--json"))["status"] == "refused"
    [listed] = json_of(company("knowledge", "qa", "list", "--json"))
    assert listed["state"] == "expired"


def test_a_pair_can_be_taken_back(company):
    added = json_of(company(*ADD, *PRIYAS, "--audience", "public", "--json"))
    gone = json_of(company("knowledge", "qa", "expire", added["id"][:8], "--json"))
    assert gone["state"] == "withdrawn"
    assert json_of(company("knowledge", "qa", "list", "--json")) == []
    assert json_of(company("ask", "Is there a zebra discount?", "--json"))["status"] == "refused"
    assert "approved an answer yet" in company("knowledge", "qa", "list").out


NOT_APPROVED = {
    "a stranger": ((*ADD, "--by", "nobody@example.com"), "nobody on the team"),
    "a customer": ((*ADD, "--by", "isla@harbourbakery.example"), "nobody on the team"),
    "no date": ((*ADD, *PRIYAS, "--expires", "soon"), "soon is no date"),
    "a day that has passed": ((*ADD, *PRIYAS, "--expires", "2020-01-01"), "has passed"),
    "an unknown audience": ((*ADD, *PRIYAS, "--audience", "everyone"), "no audience"),
    "an unknown account": ((*ADD, *PRIYAS, "--audience", "account:none"), "no account"),
    "an unknown pair": (("knowledge", "qa", "expire", "nothing"), "qa list"),
}


@pytest.mark.parametrize(("arguments", "said"), NOT_APPROVED.values(), ids=NOT_APPROVED)
def test_what_cannot_be_approved_is_one_sentence(company, arguments, said):
    result = company(*arguments)
    assert result.code == 1
    assert said in result.err
