"""Settings: read once, typed, frozen, passed down. Nothing else reads the environment."""

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import one_model

PREFIX = "FIRSTMATE_"
HOST_PORT = re.compile(r"(?:[\w.-]+|\[[\da-fA-F:]+\]):\d{1,5}")
PORT_MAX = 65535
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


Lines = Annotated[tuple[str, ...], NoDecode]  # parted by commas or line breaks


class Settings(BaseSettings):
    """Every setting, from the environment. Secrets also as FIRSTMATE_NAME_FILE=path."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("firstmate")),
        description="Folder for everything that is kept.",
    )
    host: str = Field("127.0.0.1", description="Interface of the local web chat.")
    port: int = Field(8350, ge=0, le=65535, description="Port of the local web chat; 0: any.")
    names: Lines = Field(
        (), description="More host names the web chat answers to, behind a proxy of your own."
    )
    telegram_token: SecretStr | None = Field(
        None, description="Token of your Telegram bot, from @BotFather."
    )
    telegram_api: str | None = Field(
        None, description="Address of a Bot API server of your own; default: Telegram's."
    )
    slack_bot_token: SecretStr | None = Field(
        None, description="Bot token of your Slack app (deploy/slack-manifest.yaml makes the app)."
    )
    slack_app_token: SecretStr | None = Field(
        None,
        description="App-level token of your Slack app, scope connections:write: Socket Mode, "
        "the default.",
    )
    slack_signing_secret: SecretStr | None = Field(
        None,
        description="Signing secret of your Slack app: HTTP mode, used when there is no "
        "app-level token.",
    )
    slack_port: int = Field(
        8351,
        ge=0,
        le=65535,
        description="Port for Slack's requests in HTTP mode, on 127.0.0.1; your own proxy "
        "stands before it.",
    )
    slack_api: str | None = Field(
        None, description="Address of another Slack API, ending in /api/; default: Slack's."
    )
    calendar: str | None = Field(
        None,
        description="Your calendar on a server (CalDAV): its address, or that of the provider; "
        "default: files in the data folder.",
    )
    calendar_user: str | None = Field(None, description="Who signs in there.")
    calendar_password: SecretStr | None = Field(
        None, description="The password there, best one for this app alone."
    )
    calendar_name: str | None = Field(
        None, description="Name of the calendar, where the account has several."
    )
    mail_user: str | None = Field(
        None, description="Name that you sign in with at your mail account, mostly its address."
    )
    mail_password: SecretStr | None = Field(
        None, description="Its password; where there are app passwords, one of those."
    )
    mail_imap: str | None = Field(
        None, description="Server that your mail is read at, and its port: HOST:PORT."
    )
    mail_smtp: str | None = Field(
        None, description="Server that your mail is sent by, and its port: HOST:PORT."
    )
    encoder: Path | None = Field(
        None, description="Folder or file of another sentence encoder (ONNX, MiniLM layout)."
    )
    embedding: str | None = Field(
        None,
        description="Embedding model of a server instead of that encoder: SERVER/MODEL, its server "
        "as in FIRSTMATE_MODEL_SERVERS.",
    )
    chroma: str | None = Field(
        None, description="A vector index behind `chroma run` instead of our own: HOST:PORT."
    )
    rules: Path | None = Field(
        None, description="Folder of your own rules; default: rules/ in the data folder."
    )
    model: SecretStr | None = Field(
        None,
        description="One language model for everything, with its key: PROVIDER/MODEL KEY, or "
        "ADDRESS MODEL KEY.",
    )
    model_small: Lines = Field(
        (), description="Language models for small things, the first that answers: SERVER/MODEL."
    )
    model_large: Lines = Field((), description="Models for what is hard; small ones stand in.")
    model_judge: Lines = Field((), description="Models that check others; large ones stand in.")
    model_judges: bool = Field(
        False, description="Let a model of the judge tier read drafts and say what to look at."
    )
    model_servers: Lines = Field(
        (), description="OpenAI-compatible servers, NAME=URL; other names are litellm's providers."
    )
    model_keys: SecretStr | None = Field(
        None, description="Their keys: NAME=KEY, for servers and providers."
    )
    model_own: Lines = Field(
        (), description="Names of servers that are yours; those on this machine are anyhow."
    )
    model_prices: Lines = Field(
        (),
        description="What models cost in your currency, per million tokens read and written: "
        "SERVER/MODEL=0.15:0.60; a third amount is for those read from a cache.",
    )
    model_dollar: Decimal = Field(
        Decimal(1), gt=0, description="What one US dollar costs you, for litellm's list of prices."
    )
    model_budget_day: Decimal = Field(
        Decimal(2), ge=0, description="The most that models may cost on one day."
    )
    model_budget_goal: Decimal = Field(
        Decimal("0.50"), ge=0, description="The most that models may cost for one wish of yours."
    )
    model_budget_agents: Lines = Field(
        (), description="The most that models may cost one agent on one day: NAME=AMOUNT."
    )
    model_local_only: bool = Field(False, description="Ask only models that are yours.")
    model_timeout_s: float = Field(
        60, gt=0, le=600, description="Seconds that a model has to answer."
    )

    otlp: str | None = Field(
        None,
        description="Address of an OpenTelemetry server that each call to a model and each "
        "finished wish is sent to as a trace, without any words: http://127.0.0.1:4318.",
    )

    @field_validator("chroma", "mail_imap", "mail_smtp")
    @classmethod
    def _host_and_port(cls, value: str | None) -> str | None:
        if value is not None and (
            not HOST_PORT.fullmatch(value) or int(value.rpartition(":")[2]) > PORT_MAX
        ):
            raise ValueError(f"“{value}” is no HOST:PORT, as localhost:8000.")
        return value

    @field_validator("calendar")
    @classmethod
    def _safe_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        near = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
        if not parts.hostname or not (near or parts.scheme == "https"):
            raise ValueError("Write the calendar's address with https://, as your provider says.")
        if "@" in parts.netloc:
            raise ValueError("Give the calendar's user and password as settings of their own.")
        return value

    @field_validator(
        "names",
        "model_small",
        "model_large",
        "model_judge",
        "model_servers",
        "model_own",
        "model_prices",
        "model_budget_agents",
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return lines(value)
        return value


def lines(value: str) -> tuple[str, ...]:
    """Return what stands between commas or line breaks."""
    return tuple(line.strip() for line in re.split(r"[,\n]", value) if line.strip())


def secrets(settings: Settings) -> tuple[str, ...]:
    """Return the value of every secret that is set: what may stand in no prompt."""
    values = (getattr(settings, name) for name in Settings.model_fields)
    texts = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    if settings.model is not None:  # its name is none: only the last word, the key, is a secret
        line = settings.model.get_secret_value()
        texts.remove(line)
        texts.append(one_model.read(line).key)
    named = settings.model_keys.get_secret_value() if settings.model_keys is not None else ""
    keys = [line.partition("=")[2] for line in lines(named)]
    return tuple(text for text in (*texts, *keys) if text)


def read() -> Settings:
    """Read the settings from the environment. ValueError says which one is wrong."""
    found: Any = _secrets_from_files()
    return Settings(**found)


def shown(settings: Settings) -> dict[str, str]:
    """Return the settings as text, secrets only as "set" or "not set"."""
    names = Settings.model_fields
    return {f"{PREFIX}{name.upper()}": _shown(getattr(settings, name)) for name in names}


def _secrets_from_files() -> dict[str, str]:
    found = {}
    for name, value in os.environ.items():
        if name.startswith(PREFIX) and name.endswith("_FILE") and name[:-5] not in os.environ:
            field = name.removeprefix(PREFIX).removesuffix("_FILE").lower()
            if field in Settings.model_fields:
                found[field] = Path(value).read_text(encoding="utf-8").strip()
    return found


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "not set"
    return "set" if isinstance(value, SecretStr) else str(value)
