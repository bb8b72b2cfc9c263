"""The Bolt app: Slack's features, each with its listeners, its handlers and its views."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from slack_bolt import App

from bot import deliver, gap_steps, promise_keeping, scheduled_digests, speaking, telling_back, work
from bot.listeners import (
    about,
    accounts,
    admin,
    advocates,
    agent,
    approvals,
    ask,
    channel,
    commands,
    consent,
    departures,
    digest,
    digest_files,
    feedback,
    feedback_loops,
    gaps,
    goal_form,
    goals,
    handover,
    handover_cards,
    handover_work,
    health,
    home,
    journey,
    kb_drafts,
    leaving,
    leftovers,
    log,
    log_form,
    mishaps,
    overheard,
    owners,
    pickers,
    play,
    play_drawing,
    playbook_posts,
    playbook_staff,
    playbook_words,
    playbooks,
    privacy,
    promises,
    qa,
    questions,
    reactions,
    readings,
    renew,
    revisions,
    run_story,
    sharing,
    shortcuts,
    signals,
    sources,
    stopping,
    task_forms,
    tasks,
    verified,
    voices,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from slack_sdk import WebClient

    from bot.deliver import Deliverer, View
    from bot.listeners.commands import Subcommand
    from bot.listeners.questions import Reading
    from bot.services import Pace, Services
    from bot.work import Handler, Workers

LISTENER_THREADS = 32  # listeners only store and acknowledge; answers never hold one of these

FEATURES = (
    revisions,  # before questions, which take every other message
    questions,
    readings,
    sharing,
    channel,
    feedback,
    reactions,
    sources,
    handover,
    handover_work,
    consent,
    departures,
    commands,
    accounts,
    about,
    tasks,
    task_forms,
    goal_form,
    log,
    log_form,
    pickers,
    shortcuts,
    promises,
    overheard,
    voices,
    qa,
    privacy,
    signals,
    digest,
    digest_files,
    journey,
    home,
    approvals,
    agent,
    stopping,
    play,
    run_story,
    playbooks,
    playbook_staff,
    verified,
    kb_drafts,
    gaps,
    feedback_loops,
    mishaps,
    leftovers,
)

SUBCOMMANDS: tuple[Subcommand, ...] = (  # in the order in which help shows them
    ask.ASK,
    accounts.ACCOUNT,
    play.PLAY,
    renew.RENEW,
    health.HEALTH,
    goals.GOALS,
    tasks.TASKS,
    log.LOG,
    advocates.ADVOCATES,
    privacy.PRIVACY,
    gaps.GAPS,
    feedback_loops.FEEDBACK,
    digest.DIGEST,
    qa.QA,
    journey.JOURNEY,
    channel.CHANNEL,
    admin.ADMIN,
)

ABOUT = {
    command.name: command for command in (advocates.ABOUT, goals.ABOUT, health.ABOUT, log.ABOUT, renew.ABOUT)
}

READINGS: tuple[Reading, ...] = (  # what words may mean other than a question; tried in this order
    consent.read,
    advocates.read,
    playbook_words.read,
    handover.read,
)

HANDLERS: dict[str, Handler] = {
    questions.KIND: questions.carrying_out(READINGS),
    commands.KIND: commands.carrying_out(SUBCOMMANDS),
    readings.CHOSEN_READING: readings.carry_out,
    sharing.SHARED: sharing.carry_out,
    channel.DECIDED: channel.carry_out,
    **revisions.HANDLERS,
    feedback.RATED: feedback.carry_out_rating,
    feedback.EXPLAINED: feedback.carry_out_reason,
    reactions.REACTED: reactions.carry_out,
    **sources.HANDLERS,
    handover.WANTED: handover.carry_out_wish,
    **handover_work.HANDLERS,
    accounts.PICKED: accounts.carry_out_pick,
    tasks.TICKED: tasks.carry_out_tick,
    about.PICKED: about.carrying_out_picks(ABOUT),
    **task_forms.HANDLERS,
    **goal_form.HANDLERS,
    **log.HANDLERS,
    **log_form.HANDLERS,
    **departures.HANDLERS,
    **leaving.HANDLERS,
    **run_story.HANDLERS,
    **privacy.HANDLERS,
    **shortcuts.HANDLERS,
    **promises.HANDLERS,
    **overheard.HANDLERS,
    **qa.HANDLERS,
    **voices.HANDLERS,
    **signals.HANDLERS,
    home.OPENED: home.carry_out_opened,
    home.PRESSED: home.carry_out_pressed,
    approvals.DECIDED: approvals.carrying_out(home.publish),
    consent.JOINED: consent.carry_out_joined,
    verified.PROPOSED: verified.carry_out,
    **kb_drafts.HANDLERS,
    **gaps.HANDLERS,
    **feedback_loops.HANDLERS,
    **play.HANDLERS,
    **playbooks.HANDLERS,
    **playbook_posts.HANDLERS,
    **playbook_staff.HANDLERS,
    **digest_files.HANDLERS,
    leftovers.KIND: leftovers.carry_out,
}

VIEWS: dict[str, View] = {
    **questions.VIEWS,
    **revisions.VIEWS,
    speaking.VIEW_NAME: speaking.VIEW,
    **handover_cards.VIEWS,
    **stopping.VIEWS,
    **owners.VIEWS,
    **kb_drafts.VIEWS,
    **gap_steps.VIEWS,
    **telling_back.VIEWS,
    **signals.VIEWS,
    **overheard.VIEWS,
    **voices.VIEWS,
    **promise_keeping.VIEWS,
    **play_drawing.VIEWS,
    **journey.VIEWS,
    **playbook_posts.VIEWS,
    **playbook_staff.VIEWS,
    **scheduled_digests.VIEWS,
    **digest_files.VIEWS,
}


def create_app(
    client: WebClient,
    services: Services,
    *,
    signing_secret: str | None = None,
    executor: Executor | None = None,
) -> App:
    """A Bolt app with every feature registered; no globals, so that tests may build many.

    Args:
        client: has the bot's token.
        services: what listeners are given.
        signing_secret: checks what comes over HTTP.
        executor: runs listeners; a pool of threads if None.
    """
    app = App(
        client=client,
        logger=logging.getLogger("slack_bolt"),  # else Bolt takes the root's level, and chats
        signing_secret=signing_secret,
        request_verification_enabled=signing_secret is not None,
        listener_executor=executor or ThreadPoolExecutor(LISTENER_THREADS, thread_name_prefix="bolt"),
    )
    for feature in FEATURES:
        feature.register(app, services)
    return app


def create_workers(services: Services, pace: Pace = work.PACE) -> Workers:
    """What carries stored events out."""
    return work.Workers(services, HANDLERS, pace)


def create_deliverer(services: Services, pace: Pace = deliver.PACE) -> Deliverer:
    """What says what the outbox holds."""
    return deliver.Deliverer(services, VIEWS, pace)
