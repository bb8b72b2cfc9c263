"""What the records lack for everything else to be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.insights.frame import PROSPECTS
from store.insights.section_values import Section
from store.insights.values import Figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.insights.frame import Frame
    from store.insights.sections.renewals import Terms
    from store.tables.accounts import Account


def data_section(frame: Frame, terms: Terms) -> Section:
    """Accounts that lack a CSM, a running term or a channel, by name."""
    with_term = {term.account_id for term in terms.running}
    gaps: tuple[tuple[str, str, Callable[[Account], bool]], ...] = (
        ("csm", "accounts without a CSM", lambda one: not one.csm_email),
        (
            "renewal",
            "customers without a renewal date",
            lambda one: one.stage not in PROSPECTS and one.id not in with_term,
        ),
        (
            "channel",
            "accounts without a channel",
            lambda one: not (one.slack_channel_id or one.slack_channel_name),
        ),
    )
    by_name = sorted(frame.accounts.values(), key=lambda one: one.name)
    figures = tuple(
        Figure(f"accounts.without_{name}", label, "account", tuple(one.id for one in by_name if lacks(one)))
        for name, label, lacks in gaps
    )
    return Section("data", "Data to complete", figures=figures)
