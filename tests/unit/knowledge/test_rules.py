from __future__ import annotations

from datetime import date

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.rules import BadRules, Rule, load_rules, parse_rules
from knowledge.sources.front_matter import FrontMatter
from knowledge.types import SourceDocument


def document(uri="billing/refunds.md", **fields):
    return SourceDocument(uri, "Refunds", (), "hash", **fields)


MATCHES = {
    "everything": ("**", "a/b/c.md", True),
    "a file at the top": ("*.md", "index.md", True),
    "one star stays in its folder": ("*.md", "billing/index.md", False),
    "a folder and all below": ("internal/**", "internal/deep/er/notes.md", True),
    "not a folder of a longer name": ("internal/**", "internal-notes/a.md", False),
    "a folder anywhere": ("**/drafts/*.md", "billing/drafts/a.md", True),
    "a folder anywhere, also at the top": ("**/drafts/*.md", "drafts/a.md", True),
    "a question mark is one character": ("v?.md", "v2.md", True),
    "and no slash": ("v?x.md", "v/x.md", False),
    "dots are dots": ("a.md", "aXmd", False),
    "brackets are brackets": ("[id].md", "[id].md", True),
    "a slash in front means the source": ("/billing/*", "billing/refunds.md", True),
}


@pytest.mark.parametrize(("pattern", "uri", "expected"), MATCHES.values(), ids=MATCHES)
def test_a_pattern_matches_paths_inside_the_source(pattern, uri, expected):
    assert Rule(pattern, FrontMatter()).matches(uri) is expected


def test_rules_say_what_a_document_does_not_say_itself():
    rules = parse_rules('"billing/**": {audience: internal, plan: growth, language: de, persona: admin}', "r")
    made = rules.applied(document(plan="starter"))
    assert (made.audience, made.plan, made.language, made.persona) == ("internal", "starter", "de", "admin")
    assert rules.applied(document("other.md")) == document("other.md")


def test_a_later_rule_wins_field_by_field():
    rules = parse_rules(
        '"**": {audience: internal, owner: a@example.com}\n"billing/*": {audience: public}', "r"
    )
    made = rules.applied(document())
    assert (made.audience, made.owner) == ("public", "a@example.com")


def test_dates_and_reviews_are_read_as_in_front_matter():
    rules = parse_rules('"**":\n  effective_until: 2026-12-31\n  reviewed_at: 2026-01-02', "r")
    made = rules.applied(document())
    assert (made.effective_until, made.reviewed_on) == (date(2026, 12, 31), date(2026, 1, 2))


def test_dates_that_make_no_sense_together_leave_the_document_out():
    rules = parse_rules('"**": {effective_until: 2026-01-01}', "r")
    with pytest.raises(UnreadableDocument, match="from 2026-02-01 until 2026-01-01"):
        rules.applied(document(effective_from=date(2026, 2, 1)))


BROKEN = {
    "no YAML": ("**: {audience: internal", "guidepost.yaml, line 1"),
    "a list": ("- audience: internal", "expected lines such as"),
    "a value without fields": ('"**": internal', 'guidepost.yaml, "\\*\\*": expected fields'),
    "a misspelt field": ('"**": {audiense: internal}', "no field audiense. Did you mean audience"),
    "a title": ('"**": {title: Same}', "no field title"),
    "an unknown audience": ('"**": {audience: everyone}', 'The audience "everyone" is unknown; use'),
    "no date": ('"**": {effective_from: soon}', '"soon" of effective_from is not a date'),
    "an end before the start": (
        '"**": {effective_from: 2026-02-01, effective_until: 2026-01-01}',
        "must not be before the start",
    ),
    "an impossible date": ('"**": {effective_from: 2026-13-45}', "guidepost.yaml"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_broken_rules_name_the_file_the_place_and_the_remedy(text, said):
    with pytest.raises(BadRules, match=said):
        parse_rules(text, "guidepost.yaml")


def test_rules_are_found_beside_the_documents(tmp_path):
    assert load_rules(tmp_path).rules == ()
    (tmp_path / ".guidepost.yaml").write_text('"**": {audience: internal}\n')
    assert load_rules(tmp_path / "one.md").rules[0].pattern == "**"
    (tmp_path / "guidepost.yaml").write_text("")
    with pytest.raises(BadRules, match="keep one of them"):
        load_rules(tmp_path)


def test_an_empty_file_holds_no_rules():
    assert parse_rules("# nothing yet\n", "r").rules == ()


def test_patterns_that_match_nothing_are_named():
    rules = parse_rules('"billing/*": {plan: a}\n"bilng/*": {plan: a}', "r")
    assert rules.unused({"billing/refunds.md"}) == ["bilng/*"]
