"""docs/results.md says what was measured, and nothing else."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def results_page(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    return importlib.import_module("results_page")


@pytest.fixture
def measure(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    return importlib.import_module("measure")


def test_the_page_is_what_its_kept_figures_say(results_page):
    assert (DOCS / "results.md").read_text(encoding="utf-8") == results_page.page()


def test_every_kept_figure_names_command_day_and_commit(measure):
    for file in (DOCS / "results").glob("*.json"):
        kept = json.loads(file.read_text(encoding="utf-8"))
        assert kept["command"] == f"guidepost eval {measure.command_of(file.stem)}"
        assert {"measured", "commit", "seconds", "figures"} <= kept.keys()


def test_a_choice_is_left_out_of_the_command_of_its_set(measure):
    command = measure.command_of("without-usual-terms-scifact")
    assert command.startswith("retrieval ../shared/data/scifact ")
    assert "--set usual_terms=false" in command
    assert command.endswith("--over .guidepost/results/scifact.jsonl")


def test_all_choices_of_a_set_are_one_measurement(measure):
    command = measure.command_of("choices-mtrag-govt")
    assert command.endswith("queries_questions.jsonl --compare --choices")


def test_choices_about_threads_are_left_out_of_threads_only(measure):
    named = measure.ablations()
    assert "without-turns-mtrag-clapnq" in named
    assert "without-turns-scifact" not in named


def test_a_choice_is_told_from_the_run_of_all_before_the_run_of_one(results_page, monkeypatch, tmp_path):
    monkeypatch.setattr(results_page, "KEPT", tmp_path)
    metrics = ("ndcg@10", "recall@10", "first_right")
    alone = {"gain_over_earlier": {metric: [-0.5, -0.6, -0.4] for metric in metrics}}
    (tmp_path / "without-reading-scifact.json").write_text(json.dumps({"figures": alone}))
    assert results_page.choice_row("reading", "scifact")[0][2] == "+0.500 [+0.400, +0.600]"
    together = {"choices": {"reading": {"gain": {metric: [0.25, 0.125, 0.375] for metric in metrics}}}}
    (tmp_path / "choices-scifact.json").write_text(json.dumps({"figures": together}))
    assert results_page.choice_row("reading", "scifact")[0][2] == "+0.250 [+0.125, +0.375]"
    assert results_page.choice_row("reading", "aws-docs") == []


@pytest.mark.parametrize(
    ("value", "signed", "expected"),
    [
        (None, False, "—"),
        (0.5, False, "0.500"),
        (0.5, True, "+0.500"),
        ([0.5, 0.25, 0.75], False, "0.500 [0.250, 0.750]"),
        ([-0.5, -0.75, 0.25], True, "-0.500 [-0.750, +0.250]"),
    ],
)
def test_a_figure_is_shown_with_its_interval(results_page, value, signed, expected):
    assert results_page.shown(value, signed=signed) == expected


def test_what_a_choice_brings_is_what_is_lost_without_it(results_page):
    assert results_page.brought([-0.02, -0.03, 0.01]) == "+0.020 [-0.010, +0.030]"


def test_no_measurement_has_an_unknown_name(measure):
    with pytest.raises(SystemExit, match="There is no measurement everything"):
        measure.main(["everything"])


def test_a_benchmark_is_told_with_the_command_that_runs_it(results_page, monkeypatch, tmp_path):
    monkeypatch.setattr(results_page, "KEPT", tmp_path)
    (tmp_path / "newcomer.txt").write_text("measured on a day\nscifact: ndcg@10   0.744 / 0.700\n")
    told = results_page.benches()
    assert 'make bench ARGS="-k newcomer"' in told
    assert "scifact: ndcg@10   0.744 / 0.700" in told
