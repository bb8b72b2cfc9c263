from bot.local.directory import Channel, User
from tests.local_slack import ANN, BO, BOT, CY, DIRECTORY, GENERAL


def test_it_is_the_same_after_writing_and_reading():
    from bot.local.directory import Directory

    assert Directory.from_json(DIRECTORY.to_json()) == DIRECTORY


def test_fields_of_a_newer_version_are_left_out():
    from bot.local.directory import Directory

    data = DIRECTORY.to_json()
    data["users"][0]["shoe_size"] = 44
    assert Directory.from_json(data) == DIRECTORY


def test_laid_over_what_was_stored_its_facts_win_and_people_and_members_stay():
    stored = DIRECTORY.with_user(User("U9NEW", "new", "New One")).with_user(User(ANN, "ann", "Old Name"))
    stored = stored.with_channel(Channel(GENERAL, "general", ("U9NEW",), topic="old"))
    merged = DIRECTORY.over(stored)
    assert merged.user("U9NEW") is not None
    assert merged.user(ANN).real_name == "Ann Lee"
    assert merged.channel(GENERAL).topic == "All of us"
    assert merged.channel(GENERAL).members == (ANN, BO, BOT, "U9NEW")


def test_channels_are_found_by_id_and_by_name():
    assert DIRECTORY.channel("#general") == DIRECTORY.channel("general") == DIRECTORY.channel(GENERAL)
    assert DIRECTORY.channel("") is None


def test_people_of_another_organisation_keep_their_team():
    assert DIRECTORY.team_of(DIRECTORY.user(CY)) == "T9OTHER"
    assert DIRECTORY.team_of(DIRECTORY.user(ANN)) == DIRECTORY.team_id
