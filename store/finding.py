"""Which account `@x` means: a key, a name, an alias, a channel or a contact."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.tables.accounts import Account, Contact

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

_CHANNEL = re.compile(r"<#(?P<id>[A-Z0-9]+)(\|[^>]*)?>")
_USER = re.compile(r"<@(?P<id>[A-Z0-9]+)(\|[^>]*)?>")
_LINK = re.compile(r"<mailto:(?P<address>[^|>]+)(\|[^>]*)?>")
_ALIKE = 0.7  # of difflib's ratio, 0-1: lets one slip of the finger in a short name pass


@dataclass(frozen=True)
class Match:
    """The accounts a text may mean, best first. `certain` is false where it was only similar."""

    accounts: tuple[Account, ...] = ()
    certain: bool = False

    @property
    def account(self) -> Account | None:
        """The one account that is meant; None where a person has to choose, or there is none."""
        return self.accounts[0] if self.certain and len(self.accounts) == 1 else None


def find_account(session: Session, workspace_id: str, text: str, visible_ids: Collection[str]) -> Match:
    """The accounts that `text` may mean among those that the asker sees.

    Tried in turn: what Slack made of a #channel or an @person; key, name or alias; channel name; contact's
    e-mail or name; the beginning of a word of a name; similar spelling. The first that finds any counts.
    """
    accounts = list(
        session.exec(
            select(Account)
            .where(Account.workspace_id == workspace_id, col(Account.id).in_(list(visible_ids)))
            .order_by(Account.name, Account.key)
        ).all()
    )
    wanted = text.strip()
    contacts = _contacts_of(session, accounts)
    if (escaped := _escaped(wanted, accounts, contacts)) is not None:
        return Match(escaped, certain=True)
    wanted = _plain(wanted)
    if not wanted:
        return Match()
    for found in _readings(wanted, accounts, contacts):
        if found:
            return Match(found, certain=True)
    return Match(_similar(wanted, accounts))


def _contacts_of(session: Session, accounts: list[Account]) -> list[Contact]:
    of_these = select(Contact).where(col(Contact.account_id).in_([account.id for account in accounts]))
    return list(session.exec(of_these).all())


def _escaped(text: str, accounts: list[Account], contacts: list[Contact]) -> tuple[Account, ...] | None:
    """What Slack's own escapes mean; None where the text holds none."""
    if channel := _CHANNEL.fullmatch(text):
        return _where(accounts, lambda account: account.slack_channel_id == channel["id"])
    if user := _USER.fullmatch(text):
        return _of_contacts(accounts, contacts, lambda contact: contact.slack_user_id == user["id"])
    return None


def _readings(wanted: str, accounts: list[Account], contacts: list[Contact]) -> Iterable[tuple[Account, ...]]:
    """The accounts under each reading of a name, the strictest reading first."""
    yield _where(
        accounts, lambda account: wanted in map(_plain, (account.key, account.name, *account.aliases))
    )
    yield _where(accounts, lambda account: wanted == _plain(account.slack_channel_name or ""))
    yield _of_contacts(accounts, contacts, lambda c: wanted in (_plain(c.email), _plain(c.name)))
    yield _where(accounts, lambda account: any(_begins(name, wanted) for name in _names(account)))


def _plain(text: str) -> str:
    """The text in lower case without Slack's wrapping, a leading @ or #, and doubled spaces."""
    if link := _LINK.fullmatch(text.strip()):
        text = link["address"]
    return " ".join(text.strip().lstrip("@#").casefold().split())


def _names(account: Account) -> list[str]:
    return [_plain(name) for name in (account.name, account.key, *account.aliases)]


def _begins(name: str, wanted: str) -> bool:
    return len(wanted) > 1 and (name.startswith(wanted) or f" {wanted}" in name)


def _similar(wanted: str, accounts: list[Account]) -> tuple[Account, ...]:
    def likeness(account: Account) -> float:
        return max(difflib.SequenceMatcher(None, wanted, name).ratio() for name in _names(account))

    scored = [(likeness(account), account) for account in accounts]
    alike = [pair for pair in scored if pair[0] >= _ALIKE]
    return tuple(account for _, account in sorted(alike, key=lambda pair: -pair[0])[:5])


def _where(accounts: list[Account], test: Callable[[Account], bool]) -> tuple[Account, ...]:
    return tuple(account for account in accounts if test(account))


def _of_contacts(
    accounts: list[Account], contacts: list[Contact], test: Callable[[Contact], bool]
) -> tuple[Account, ...]:
    ids = {contact.account_id for contact in contacts if test(contact)}
    return _where(accounts, lambda account: account.id in ids)
