"""How to reach a Slack workspace, and whether its tokens and permissions suffice."""

from dataclasses import dataclass

from pydantic import SecretStr

from bot.settings import Settings
from bot.slack.api import (
    Identity,
    RefusedError,
    ScopeError,
    SlackApi,
    TokenError,
    check_app_token,
)
from bot.surfaces import BusyError

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "im:history",
        "im:read",
        "im:write",
    }
)
BAD_TOKEN = (
    "Slack refuses this token. Copy the “Bot User OAuth Token” (xoxb-…) of your app again and set "
    "FIRSTMATE_SLACK_BOT_TOKEN."
)
BAD_APP_TOKEN = (
    "Slack refuses the app-level token. Make one with the scope connections:write (xapp-…) under "
    "“Basic Information” and set FIRSTMATE_SLACK_APP_TOKEN."
)
NO_WAY_IN = (
    "Slack cannot deliver: set FIRSTMATE_SLACK_APP_TOKEN (Socket Mode), or "
    "FIRSTMATE_SLACK_SIGNING_SECRET for HTTP."
)
UNREACHED = "Slack cannot be reached now. Check this machine's connection and try again."
LACKS = "The Slack app lacks the permission {}. Add it under “OAuth & Permissions” and reinstall."


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a workspace: by socket with an app-level token, else by signed HTTP."""

    bot_token: str
    app_token: str | None = None
    signing_secret: str | None = None
    port: int = 8351
    api: str | None = None


def access(settings: Settings) -> Access:
    """Return how the settings say to reach Slack."""
    assert settings.slack_bot_token is not None
    return Access(
        bot_token=settings.slack_bot_token.get_secret_value(),
        app_token=_secret(settings.slack_app_token),
        signing_secret=_secret(settings.slack_signing_secret),
        port=settings.slack_port,
        api=settings.slack_api,
    )


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


async def identify(access: Access) -> tuple[str | None, Identity | None]:
    """Ask Slack whose tokens these are; return (what is wrong or None, whom they speak for)."""
    try:
        who = await SlackApi(access.bot_token, access.api).identify()
    except TokenError:
        return BAD_TOKEN, None
    except (BusyError, RefusedError, ScopeError):
        return UNREACHED, None
    if access.app_token is None:
        return (None if access.signing_secret else NO_WAY_IN), who
    try:
        await check_app_token(access.app_token, access.api)
    except (TokenError, RefusedError, ScopeError):
        return BAD_APP_TOKEN, who
    except BusyError:
        return UNREACHED, who
    return None, who
