"""What commands print."""

from __future__ import annotations

import json

from bot.console import lines, show


def test_nothing_that_is_printed_steers_the_terminal(capsys):
    value = {"uri": "\x1b]0;evil\x07\x1b[31ma\u202eb.md"}
    show(value, as_json=False, text=lines)
    assert capsys.readouterr().out == "uri: ]0;evil[31mab.md\n"
    show(value, as_json=True, text=lines)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert json.loads(printed) == value
