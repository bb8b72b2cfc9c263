"""The only reader of the environment.

Conventional names stay conventional (`SLACK_BOT_TOKEN`, `DATABASE_URL`, `PORT`); everything of ours is
`GUIDEPOST_*`. An empty variable counts as unset. `.env.example` equals this class, and a test says so.
"""

from __future__ import annotations

import difflib
import os
import re
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from store.errors import GuidepostError

Mode = Literal["local", "socket", "http"]
PREFIX = "GUIDEPOST_"
YEARS = range(2020, 2051)  # of holidays that come every year


class SettingsError(GuidepostError):
    """The environment does not make sense; the text says which variable and what to do."""


def seconds_of(span: str) -> int:
    """A span of time as people write it: 30m, 6h, 1d; "never" is 0.

    Raises:
        ValueError: it is none, or shorter than a minute.
    """
    written = span.strip().lower()
    if written in {"never", "off", "0"}:
        return 0
    found = re.fullmatch(r"(\d{1,6})\s*(m|h|d)", written)
    if not found or int(found[1]) == 0:
        raise ValueError("must be a number of minutes, hours or days such as 30m, 6h or 1d, or never")
    return int(found[1]) * {"m": 60, "h": 3600, "d": 86_400}[found[2]]


def hours_of(span: str) -> tuple[time, time]:
    """The hours of a day as people write them: 09:00-18:00.

    Raises:
        ValueError: they are none, or end before they begin.
    """
    remedy = "must be two times of a day such as 09:00-18:00, the first before the second"
    try:
        begins, ends = (time.fromisoformat(part.strip()) for part in span.split("-"))
    except ValueError:
        raise ValueError(remedy) from None
    if begins >= ends:
        raise ValueError(remedy)
    return begins, ends


@lru_cache(maxsize=8)
def days_of(written: str) -> frozenset[date]:
    """Days as people write them: 12-25 of every year, 2026-05-14 once.

    Raises:
        ValueError: one of them is none.
    """
    found: set[date] = set()
    for one in filter(None, (part.strip() for part in written.split(","))):
        yearly = re.fullmatch(r"\d\d-\d\d", one)
        try:
            days = [f"{year}-{one}" for year in YEARS] if yearly else [one]
            found |= {date.fromisoformat(day) for day in days}
        except ValueError:
            raise ValueError(f"{one} is no day; write 12-25 for every year, or 2026-05-14") from None
    return frozenset(found)


class Settings(BaseSettings):
    """Everything that an installation may set."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    slack_bot_token: str | None = Field(None, description="Bot token, xoxb-...; from 'OAuth & Permissions'")
    slack_app_token: str | None = Field(
        None, description="App-level token, xapp-..., scope connections:write; turns Socket Mode on"
    )
    slack_signing_secret: str | None = Field(
        None, description="Signing secret; with the bot token it turns HTTP mode on (POST /slack/events)"
    )
    slack_client_id: str | None = Field(
        None, description="Client id; in the place of the bot token it lets many workspaces install the app"
    )
    slack_client_secret: str | None = Field(None, description="Client secret, for installations")
    guidepost_secret_key: str | None = Field(
        None,
        description="Seals installed tokens; made by 'guidepost slack key'; several, separated by commas: newest first",
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Web API address; ends in /api/")
    database_url: str | None = Field(
        None, description="postgresql+psycopg://user:password@host/name; unset: SQLite in the data folder"
    )
    port: int = Field(3000, ge=0, le=65535, description="Port of /healthz, /readyz and, in HTTP mode, events")
    guidepost_slack_mode: Mode | None = Field(
        None, description="local, socket or http; unset: chosen by the tokens that are set"
    )
    guidepost_data_dir: Path = Field(Path(".guidepost"), description="Where the data lives")
    guidepost_local_port: int = Field(8080, ge=0, le=65535, description="Port of the local workspace's page")
    guidepost_admins: str = Field("", description="First admins: Slack ids or e-mails, separated by commas")
    guidepost_embedding_model: str | None = Field(
        None, description="A sentence-transformers model by name or path; unset: the packaged bge-small"
    )
    guidepost_reranker: str | None = Field(
        None, description="A cross-encoder by name or path; unset: the packaged MiniLM-L-12"
    )
    guidepost_chat_model: str | None = Field(
        None,
        description="A chat model that writes answers, provider:model (docs/chat-models.md); unset: answers are quotes",
    )
    guidepost_chat_base_url: str | None = Field(
        None, description="Address of a server that speaks the provider's language; unset: the provider's own"
    )
    guidepost_chat_timeout: float = Field(
        20.0, gt=0, le=25, description="Seconds that a chat model may take for one answer"
    )
    guidepost_chat_temperature: float | None = Field(
        None, ge=0, le=2, description="Of the chat model; unset: the provider's default"
    )
    guidepost_chat_tokens_a_day: int = Field(
        1_000_000,
        ge=0,
        description="Tokens that a workspace may use up a day, then answers are quotes; 0: no limit",
    )
    guidepost_chat_cost_a_day: float = Field(
        0.0, ge=0, description="The same in money, by the prices below; 0: no limit"
    )
    guidepost_chat_price_read: float = Field(
        0.0, ge=0, description="Price of a million tokens that the chat model reads"
    )
    guidepost_chat_price_written: float = Field(
        0.0, ge=0, description="Price of a million tokens that it writes"
    )
    guidepost_chat_keep_days: int = Field(
        7, ge=0, description="Days that a written answer is used again for the same question; 0: never"
    )
    openai_api_key: str | None = Field(None, description="Key of OpenAI, for openai:MODEL")
    anthropic_api_key: str | None = Field(None, description="Key of Anthropic, for anthropic:MODEL")
    google_api_key: str | None = Field(None, description="Key of Google, for google_genai:MODEL")
    guidepost_working_hours: str = Field(
        "09:00-18:00", description="When customers may be written to, in their own time zone"
    )
    guidepost_holidays: str = Field(
        "",
        description="Days without playbook messages, separated by commas: 12-25 every year, 2026-05-14 once",
    )
    guidepost_smb_below: int = Field(12_000, gt=0, description="Accounts below this ARR are SMB")
    guidepost_ent_from: int = Field(100_000, gt=0, description="Accounts from this ARR on are ENT")
    guidepost_stale_after_days: int = Field(
        365, gt=0, description="A document whose review is longer ago is marked as stale"
    )
    guidepost_sync_every: str | None = Field(
        None, description="Sync every source anew that often: 30m, 6h, 1d; unset: only by hand"
    )
    guidepost_site_pages: int = Field(
        2_000, gt=0, description="Pages of one website that a sync reads at most"
    )
    guidepost_private_sites: str = Field(
        "",
        description="Hosts, separated by commas, that sync may read although they are not in the public internet",
    )
    guidepost_workers: int = Field(4, ge=1, le=64, description="Questions worked on at the same time")
    guidepost_questions_an_hour: int = Field(
        60, ge=0, description="Questions of one person that are answered within an hour; 0: no limit"
    )
    guidepost_connections: int = Field(
        1, ge=1, le=10, description="Socket Mode connections; with two, one may be cut and nothing waits"
    )

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_api(cls, value: str) -> str:
        value = value if value.endswith("/") else value + "/"
        if not value.endswith("/api/") or not value.startswith(("http://", "https://")):
            raise ValueError("must be an http(s) address that ends in /api/")
        return value

    @field_validator("guidepost_secret_key")
    @classmethod
    def _is_made_of_keys(cls, value: str | None) -> str | None:
        for key in value.split(",") if value else ():
            if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", key.strip()):
                raise ValueError("must be a key as 'guidepost slack key' makes it, or several with commas")
        return value

    @field_validator("guidepost_sync_every")
    @classmethod
    def _is_a_span(cls, value: str | None) -> str | None:
        if value is not None:
            seconds_of(value)
        return value

    @field_validator("guidepost_chat_model")
    @classmethod
    def _names_a_provider(cls, value: str | None) -> str | None:
        if value is not None and not all(part.strip() for part in value.partition(":")):
            raise ValueError("must be provider:model, such as openai:MODEL, anthropic:MODEL or ollama:MODEL")
        return value

    @field_validator("guidepost_working_hours")
    @classmethod
    def _are_hours(cls, value: str) -> str:
        hours_of(value)
        return value

    @field_validator("guidepost_holidays")
    @classmethod
    def _are_days(cls, value: str) -> str:
        days_of(value)
        return value

    @property
    def working_hours(self) -> tuple[time, time]:
        """From when until when customers may be written to."""
        return hours_of(self.guidepost_working_hours)

    @property
    def holidays(self) -> frozenset[date]:
        """The days on which they are not."""
        return days_of(self.guidepost_holidays)

    @property
    def stale_after(self) -> timedelta:
        """How long a review of a document holds."""
        return timedelta(days=self.guidepost_stale_after_days)

    @property
    def sync_every(self) -> int:
        """Seconds between two syncs of a source that does not say so itself; 0: only by hand."""
        return seconds_of(self.guidepost_sync_every) if self.guidepost_sync_every else 0

    @property
    def private_sites(self) -> frozenset[str]:
        """Hosts of the installation's own network that may be read."""
        names = (name.strip().lower() for name in self.guidepost_private_sites.split(","))
        return frozenset(name for name in names if name)

    @property
    def mode(self) -> Mode:
        """How Slack is reached."""
        if self.guidepost_slack_mode:
            return self.guidepost_slack_mode
        if self.slack_app_token:
            return "socket"
        if self.slack_signing_secret and (self.slack_bot_token or self.slack_client_id):
            return "http"
        return "local"

    @property
    def is_installed_by_many(self) -> bool:
        """Whether workspaces install the app themselves, each with tokens of its own (OAuth)."""
        return self.mode == "http" and self.slack_client_id is not None

    @property
    def is_local(self) -> bool:
        """Whether Slack is the local workspace."""
        return self.mode == "local"

    @property
    def admins(self) -> frozenset[str]:
        """The first admins, e-mails in lower case."""
        names = (name.strip() for name in self.guidepost_admins.split(","))
        return frozenset(name.lower() if "@" in name else name for name in names if name)

    @property
    def data_folder(self) -> Path:
        """The folder of this mode: the local workspace's data never mixes with a real one's."""
        return self.guidepost_data_dir / ("local" if self.is_local else "slack")

    @property
    def store_url(self) -> str:
        """The database, as SQLAlchemy writes it."""
        return self.database_url or f"sqlite:///{(self.data_folder / 'guidepost.db').absolute()}"


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment and `.env`.

    Raises:
        SettingsError: a value is wrong, a name is misspelt, or a pair is half set.
    """
    _refuse_unknown_names(env_file)
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    _refuse_half_pairs(settings)
    return settings


def _refuse_unknown_names(env_file: Path | None) -> None:
    given = set(os.environ)
    if env_file is not None and env_file.is_file():
        given |= set(dotenv_values(env_file))
    known = sorted(name.upper() for name in Settings.model_fields)
    for name in sorted(given):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            nearest = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.0)[0]
            raise SettingsError(f"There is no setting {name}. Did you mean {nearest}?")


def _explain(error: ValidationError) -> str:
    lines = [f"{str(part['loc'][0]).upper()}: {part['msg']}" for part in error.errors()]
    return "These settings cannot be used; correct them in .env or the environment:\n  " + "\n  ".join(lines)


def _refuse_half_pairs(settings: Settings) -> None:
    mode = settings.mode
    if mode != "local" and settings.slack_client_id:
        _refuse_half_an_installation(settings)
    elif mode == "socket" and not (settings.slack_app_token and settings.slack_bot_token):
        missing = "SLACK_APP_TOKEN" if not settings.slack_app_token else "SLACK_BOT_TOKEN"
        raise SettingsError(f"Socket Mode needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN; {missing} is not set.")
    elif mode == "http" and not (settings.slack_signing_secret and settings.slack_bot_token):
        missing = "SLACK_SIGNING_SECRET" if not settings.slack_signing_secret else "SLACK_BOT_TOKEN"
        raise SettingsError(
            f"HTTP mode needs SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET; {missing} is not set."
        )
    if mode == "local" and not settings.guidepost_slack_mode:
        _refuse_what_is_set_alone(settings)
    if settings.guidepost_smb_below >= settings.guidepost_ent_from:
        raise SettingsError("GUIDEPOST_SMB_BELOW must be less than GUIDEPOST_ENT_FROM.")


def _refuse_half_an_installation(settings: Settings) -> None:
    """With a client id, workspaces install the app over HTTP: that needs its four parts, and no other token."""
    for other in ("slack_bot_token", "slack_app_token"):
        if getattr(settings, other):
            raise SettingsError(
                f"SLACK_CLIENT_ID and {other.upper()} are both set. For many workspaces, which install the app "
                f"themselves, unset {other.upper()}; for one, unset SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."
            )
    for part in ("slack_client_secret", "slack_signing_secret", "guidepost_secret_key"):
        if not getattr(settings, part):
            raise SettingsError(
                "To be installed by many workspaces, Guidepost needs SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, "
                f"SLACK_SIGNING_SECRET and GUIDEPOST_SECRET_KEY; {part.upper()} is not set (docs/installing.md)."
            )


def _refuse_what_is_set_alone(settings: Settings) -> None:
    for alone in ("slack_client_id", "slack_client_secret"):
        if getattr(settings, alone):
            raise SettingsError(
                f"{alone.upper()} is set alone. To be installed by many workspaces, Guidepost needs "
                "SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET and GUIDEPOST_SECRET_KEY."
            )
    for alone in ("slack_bot_token", "slack_signing_secret"):
        if getattr(settings, alone):
            raise SettingsError(
                f"{alone.upper()} is set alone. Add SLACK_APP_TOKEN (Socket Mode) or the other of "
                "SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET (HTTP mode), or unset it to use the local workspace."
            )
