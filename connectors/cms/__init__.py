"""Publishing: what a post is made of, and what every publishing driver promises.

A slug is the post's address; publishing it again replaces it, and taking that back restores the
version before. The text stays byte for byte. `run` twice with one key publishes once.
"""

from pydantic import AwareDatetime, BaseModel, Field

from connectors import addresses
from connectors.contract import Role

TITLE_MAX = 250
TEXT_MAX = 500_000
TAGS_MAX = 30


class Post(BaseModel, frozen=True, extra="forbid"):
    """One page in Markdown. `publish_at` None: at once."""

    title: str = Field(min_length=1, max_length=TITLE_MAX)
    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)
    text: str = Field(max_length=TEXT_MAX)
    tags: tuple[str, ...] = Field(default=(), max_length=TAGS_MAX)
    publish_at: AwareDatetime | None = None


ROLES: dict[str, Role] = {
    "title": "title",
    "slug": "reference",
    "text": "text",
    "tags": "value",
    "publish_at": "when",
}


def checked(post: Post) -> Post:
    """Return the post; raises PermanentError when its title or a tag breaks its line."""
    for text in (post.title, *post.tags):
        addresses.single_line(text, "The title and each tag of a post")
    return post
