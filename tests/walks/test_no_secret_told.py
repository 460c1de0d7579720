"""No password or key that is said, mailed or asked for goes to a model, of whatever purpose."""

import json
import re

import pytest

from memory.schema.models import reasons
from tests.peers.models import knows, says
from tests.sampled import sampled
from tests.told_secrets import SECRETS
from tests.walks import test_intake_reader as intake
from tests.walks.model_office import Office
from tests.walks.test_planning import ASK

FAR = {name: ("far/one",) for name in ("model_small", "model_large", "model_judge")}
WISHES = (
    "note on Ada: {}",
    "Bruno told me that the hall opens with this: {}",
    "how does the hall open, is it {}",
    "write to Bruno that {}",
    "be creative: write to Bruno that {}",
    "/policy add before lunch nobody is to hear {}",
    "/research Ada and {}",
    "I should be poked on Friday at 9: {}",
    ASK + ", and {}",
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sampled(SECRETS, 2))
async def test_at_no_purpose_is_a_model_shown_a_password_or_key(office: Office, name: str) -> None:
    said, secret = SECRETS[name]
    chat = await office.open(**FAR, model_judges=True)
    office.server.script(knows({"text": says({"text": "Dear Bruno, it is ready. Yours, me"})}))
    for wish in WISHES:
        await chat.say(wish.format(said))
    await chat.drop(intake.mail(f"{intake.TEXT}\n{said}", 1))
    await chat.say("/enrich Ada")
    await chat.say("how does the hall open?")
    await chat.say("write to Bruno that the file is ready")
    asked = json.dumps(office.server.asked, ensure_ascii=False)
    assert "the file is ready" in asked  # so it is asked, where there is no secret
    kept = str([one.prompt for one in await office.rows(reasons)])
    whole = re.compile(rf"(?<!\w){re.escape(secret)}(?!\w)")
    assert not whole.search(asked)
    assert not whole.search(kept)
