"""What every publishing driver promises, and what the embedded one adds."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.cms import Post
from connectors.cms.local import connect as embedded
from connectors.contract import PermanentError
from tests.connectors.contracts.houses import POST, START, House

KIND = "cms"
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff"),
    min_size=1,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NEWER = POST.model_copy(update={"text": "# Neu\n", "title": "Über uns, neu"})


def page(folder: Path) -> tuple[dict[str, object], str]:
    file = (folder / "site" / "posts" / "ueber-uns.md").read_bytes().decode()
    head, _, body = file.removeprefix("---\n").partition("\n---\n")
    return yaml.safe_load(head), body


async def test_the_file_says_what_was_asked(house: House) -> None:
    receipt = await house.do("cms.publish", POST, "eff_01")
    front, body = page(house.folder)
    assert body == POST.text
    assert front == {
        "title": "Über uns",
        "slug": "ueber-uns",
        "date": "2026-11-22T10:00:00+01:00",
        "tags": ["haus", "über"],
        "key": "eff_01",
        "published": "2026-11-21T10:00:00+01:00",
        "replaces": False,
    }
    assert receipt.said == "published Über uns · site/posts/ueber-uns.md"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(title=WORDS, text=TEXT, tags=st.lists(WORDS, max_size=3))
async def test_no_character_is_lost_and_undo_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, title: str, text: str, tags: list[str]
) -> None:
    house = House(tmp_path_factory.mktemp("site"), embedded)
    post = Post(title=title, slug="ueber-uns", text=text, tags=tuple(tags))
    receipt = await house.do("cms.publish", post, "eff_01")
    front, body = page(house.folder)
    assert (front["title"], front["tags"]) == (title, tags)
    assert body == (text if text.endswith("\n") else text + "\n")
    assert await house.operation("cms.publish").find("eff_01") == receipt
    await house.take_back("cms.publish", receipt, "eff_undo")
    assert not list((house.folder / "site" / "posts").iterdir())


async def test_a_preview_shows_what_the_text_was(house: House) -> None:
    await house.do("cms.publish", POST, "eff_01")
    preview = await house.operation("cms.publish").preview(NEWER)
    shown = {change.label: (change.before, change.after) for change in preview.changes}
    assert shown == {
        "Title": ("Über uns", "Über uns, neu"),
        "Text": (POST.text, "# Neu\n"),
    }
    assert preview.facts == {"replaces": True}
    assert "It replaces the post that is at ueber-uns now." in preview.notes


async def test_a_post_written_by_hand_is_shown_replaced_and_restored(house: House) -> None:
    path = house.folder / "site" / "posts" / "ueber-uns.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"---\n: broken: [\n---\r\nby hand \xff")
    preview = await house.operation("cms.publish").preview(POST)
    assert any(change.label == "Text" for change in preview.changes)
    receipt = await house.do("cms.publish", POST, "eff_01")
    await house.take_back("cms.publish", receipt, "eff_undo")
    assert path.read_bytes() == b"---\n: broken: [\n---\r\nby hand \xff"


async def test_versions_are_taken_back_newest_first(house: House) -> None:
    first = await house.do("cms.publish", POST, "eff_01")
    before = house.state()
    second = await house.do("cms.publish", NEWER, "eff_02")
    with pytest.raises(PermanentError, match="Something else is at ueber-uns"):
        await house.take_back("cms.publish", first, "eff_undo1")
    await house.take_back("cms.publish", second, "eff_undo2")
    assert house.state() == before
    await house.take_back("cms.publish", first, "eff_undo1")
    assert not list((house.folder / "site" / "posts").iterdir())


async def test_a_later_date_is_said(house: House) -> None:
    preview = await house.operation("cms.publish").preview(POST)
    assert any("2026-11-22" in note for note in preview.notes)
    past = POST.model_copy(update={"publish_at": START - timedelta(days=1)})
    preview = await house.operation("cms.publish").preview(past)
    assert len(preview.notes) == 1


@pytest.mark.parametrize("slug", ["../x", "a/b", "", "Über", "a b", ".x", "a--b", "x" * 101])
def test_a_slug_that_could_name_another_file_is_refused(slug: str) -> None:
    with pytest.raises(ValidationError):
        Post(title="x", slug=slug, text="")


async def test_a_title_stays_on_its_line(house: House) -> None:
    with pytest.raises(PermanentError):
        await house.do("cms.publish", POST.model_copy(update={"title": "a\nkey: b"}), "eff_01")
