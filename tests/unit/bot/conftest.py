"""Tests of the bot's features run on the product as a whole, on the local workspace."""

from tests.bot_fixtures import _sample_folder, bot, local_clock, slack_options

__all__ = ["_sample_folder", "bot", "local_clock", "slack_options"]
