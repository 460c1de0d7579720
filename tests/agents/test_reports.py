"""What is told about a file: what it says, or once and plainly why it says nothing."""

import pytest

from agents.answers.reports import file_read
from connectors.files import reading
from engine.chat.messages import Para
from tests.connectors.files import samples

FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(40)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (samples.PNG, "This is a picture, and pictures cannot be read yet: tell me what it shows."),
        (
            samples.VOICE,
            "This is a recording, and recordings cannot be read yet: tell me what it says.",
        ),
        (FILM, "This is a film, and films cannot be read: tell me what it shows."),
        (
            samples.zipped({"a.txt": "x"}),
            "This is an archive, and archives are not opened: unpack it and send the files.",
        ),
        (
            samples.pdf(""),
            "The PDF holds no text, only pictures (a scan). Paste the text you need.",
        ),
    ],
    ids=["picture", "voice", "film", "archive", "scan"],
)
async def test_what_cannot_be_read_is_said_once_to_be_kept(data: bytes, told: str) -> None:
    message = file_read("art_1", "it", await reading.read(data, "it"), "0" * 64)
    words = [span.text for part in message.parts if isinstance(part, Para) for span in part.spans]
    assert words == [f"{told} The file is kept."]
