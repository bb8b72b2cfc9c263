import pytest

from bot.local.text import as_sent, mentioned, rich_text
from tests.local_slack import ANN, BOT, DIRECTORY, GENERAL


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("hello", "hello"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("@guidepost why?", f"<@{BOT}> why?"),
        ("(@Guidepost, @ann.)", f"(<@{BOT}>, <@{ANN}>.)"),
        ("@nobody", "@nobody"),
        ("ann@acme.example", "ann@acme.example"),
        (f"<@{ANN}> and <@{ANN}|ann>", f"<@{ANN}> and <@{ANN}|ann>"),
        ("see #general", f"see <#{GENERAL}|general>"),
        ("issue #12 of #nowhere", "issue #12 of #nowhere"),
        ("https://x.io/a?b=1&c=2.", "<https://x.io/a?b=1&amp;c=2>."),
        ("(https://x.io/a)", "(<https://x.io/a>)"),
        ("<!channel> <script>", "&lt;!channel&gt; &lt;script&gt;"),
        ("@guidepost", f"<@{BOT}>"),
        ("Ünïcode 🎉 @ann", f"Ünïcode 🎉 <@{ANN}>"),
    ],
)
def test_what_is_typed_is_sent_as_slack_sends_it(typed, sent):
    assert as_sent(typed, DIRECTORY) == sent


def test_the_rich_text_says_the_same():
    block = rich_text(f"<@{BOT}> a &amp; b <https://x.io|here> <#{GENERAL}|general>")
    assert block["elements"][0]["elements"] == [
        {"type": "user", "user_id": BOT},
        {"type": "text", "text": " a & b "},
        {"type": "link", "url": "https://x.io", "text": "here"},
        {"type": "text", "text": " "},
        {"type": "channel", "channel_id": GENERAL},
    ]


def test_mentions_are_found():
    assert mentioned(f"<@{BOT}> and <@{ANN}|ann> but not @bo") == {BOT, ANN}


def test_in_a_command_mentions_carry_the_name():
    sent = as_sent("play start onboarding @Ann in #general", DIRECTORY, labelled=True)
    assert sent == f"play start onboarding <@{ANN}|ann> in <#{GENERAL}|general>"
