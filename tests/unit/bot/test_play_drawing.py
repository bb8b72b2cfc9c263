"""The drawing of a playbook, in Slack as a picture with words for it, and as values."""

import io
from itertools import pairwise

import pytest
from PIL import Image

from bot.charts.flow import everything, in_words, picture, placed
from playbooks.loader import shipped
from playbooks.pages import drawing_of
from tests.bot_fixtures import PRIYA, TEAM, texts_of

SHIPPED = shipped()
DRAWINGS = {name: drawing_of(definition) for name, definition in SHIPPED.items()}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_step_stands_once_and_nothing_lies_on_something_else(name):
    stands = everything(placed(DRAWINGS[name]))
    boxes = [one.node.key for one in stands if not one.again]
    assert sorted(boxes) == sorted(set(boxes))
    assert set(SHIPPED[name].playbook.steps) <= set(boxes)
    columns = {}
    for one in stands:
        columns.setdefault(one.depth, []).append((one.y, 26 if one.again else 58))
    for column in columns.values():
        column.sort()
        for (above, high), (below, higher) in pairwise(column):
            assert below - above >= (high + higher) / 2


def test_the_picture_is_a_png_that_is_large_enough_to_read():
    image = Image.open(io.BytesIO(picture("Onboarding", DRAWINGS["onboarding"])))
    assert image.format == "PNG"
    assert image.width > 1500
    assert image.height > 2000


def test_words_say_what_the_picture_shows():
    words = in_words("Onboarding", DRAWINGS["onboarding"])
    assert "C+7d: How did setup go" in words
    assert len(words) <= 1900


def test_a_csm_gets_the_drawing_in_a_direct_message(bot):
    (told,) = bot.command(PRIYA, TEAM, "play show advocacy")
    assert "drawing of “Advocacy”" in texts_of(told)
    shared = [one for one in bot.seen(PRIYA, bot.dm(PRIYA)).messages if one.get("files")]
    [file] = shared[-1]["files"]
    assert (file["name"], file["title"]) == ("advocacy.png", "Advocacy")
    assert "The course of “Advocacy”" in file["alt_txt"]


def test_a_playbook_that_is_not_there_is_said(bot):
    (told,) = bot.command(PRIYA, TEAM, "play show nothing")
    assert "There is no playbook “nothing”" in texts_of(told)
