"""A person in Slack, over signed HTTP, against somebody else's Slack (emulate)."""

from tests.peers.slack_emulate import Emulate
from tests.surfaces.on_slack import OnSlack
from tests.surfaces.stage import Held


class OnEmulate(OnSlack):
    """What it cannot play (sockets, retries, 429, streams) our own Slack plays."""

    def __init__(self) -> None:
        super().__init__(http=True, workspace=Emulate())

    async def late(self, held: Held) -> None:
        """Its clock cannot be moved: what is late is really late."""
        self.last.append(self.slack.tap(*held.place, late=True))
