"""Embedded publishing driver: a folder of Markdown that any static site generator reads.

    site/posts/<slug>.md                    what is published, with YAML front matter
    site/versions/<key>.md                  what the post published under <key> replaced
    site/withdrawn/<key>.<undo key>.<unix time>.md  the post of <key>, taken back

A post is replaced only after the version before was kept; it is taken back by keeping it, then
putting the version before in its place. Both can be repeated after a crash at any point.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from connectors import disk
from connectors.cms import ROLES, Post, checked
from connectors.company import Clock, Company
from connectors.contract import (
    Change,
    Connector,
    Health,
    Operation,
    PermanentError,
    Preview,
    Receipt,
    Undo,
)

FENCE = "---\n"
BACK = "Can be taken back: the version before returns, or the post disappears."
FOLDER = "The post lies in the folder site/posts. It is public once that folder is published."


def connect(folder: Path, clock: Clock, company: Company) -> Connector:
    """Return the publishing connector over the Markdown in `folder/site`."""
    site = Site(folder / "site", clock, company)
    publish = Operation(
        name="cms.publish",
        does="Publish a post",
        verb="Publish",
        args=Post,
        effect="share",
        roles=ROLES,
        run=disk.off_loop(site.publish),
        preview=disk.off_loop(site.preview),
        find=disk.off_loop(site.find),
        undo=Undo(
            "compensation", BACK, disk.off_loop(site.take_back), disk.off_loop(site.find_taken_back)
        ),
        unknown_outcome="query",
        long=("text",),
    )
    return Connector("cms", "local", (publish,), disk.off_loop(site.check))


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site: what its front matter says, and the text below."""

    front: dict[str, Any]
    text: str

    @property
    def key(self) -> str:
        return str(self.front.get("key", ""))


@dataclass(frozen=True, slots=True)
class Site:
    """The folder of posts, with what they replaced and what was withdrawn."""

    folder: Path
    clock: Clock
    company: Company
    lock: threading.Lock = field(default_factory=threading.Lock)

    def preview(self, post: Post) -> Preview:
        checked(post)
        old = _page(disk.read(self._post(post.slug)))
        changes = [
            Change("Title", _shown(old, "title"), post.title),
            Change("Tags", _shown(old, "tags"), ", ".join(post.tags) or None),
        ]
        if old:
            changes.append(Change("Text", old.text, _ended(post.text)))
        notes = [FOLDER]
        if old:
            notes.append(f"It replaces the post that is at {post.slug} now.")
        if post.publish_at and post.publish_at > self.clock():
            notes.append(f"It is dated {self._dated(post)}; whether it waits is up to your site.")
        return Preview(
            title=f"Publish {post.title} · {post.slug}",
            changes=tuple(change for change in changes if change.before != change.after),
            text=post.text,
            notes=tuple(notes),
            facts={"replaces": old is not None},
        )

    def publish(self, post: Post, key: str) -> Receipt:
        with self.lock:
            if done := self._published(key):
                return done
            checked(post)
            old = disk.read(self._post(post.slug))
            if old is not None:
                disk.write(self._version(key), old)
            page = self._page(post, disk.name_of(key), replaces=old is not None)
            disk.write(self._post(post.slug), _file(page))
            return _receipt(page)

    def find(self, key: str) -> Receipt | None:
        with self.lock:
            return self._published(key)

    def take_back(self, receipt: Receipt, key: str) -> Receipt:
        with self.lock:
            if done := self._taken_back(key):
                return done
            slug, post_key = receipt.data["slug"], disk.name_of(receipt.data["key"])
            current = disk.read(self._post(slug))
            page = _page(current)
            if current is None or page is None or page.key != post_key:
                raise PermanentError(f"Something else is at {slug} by now; nothing was taken back.")
            kept = self._withdrawn(post_key, key)
            if not page.front.get("replaces"):
                disk.move(self._post(slug), kept)
            elif not self._version(post_key).exists():
                raise PermanentError(f"The version before {slug} is no longer kept.")
            else:
                disk.write(kept, current)
                disk.move(self._version(post_key), self._post(slug))
            return _withdrawal(kept, page)

    def find_taken_back(self, key: str) -> Receipt | None:
        with self.lock:
            return self._taken_back(key)

    def check(self) -> Health:
        count = len(list((self.folder / "posts").glob("*.md")))
        return Health(True, f"Posts are kept in site/posts; there are {count}.")

    def _published(self, key: str) -> Receipt | None:
        disk.name_of(key)
        pages = (page for path in self._files() if (page := _page(disk.read(path))))
        return next((_receipt(page) for page in pages if page.key == key), None)

    def _taken_back(self, key: str) -> Receipt | None:
        for path in (self.folder / "withdrawn").glob(f"*.{disk.name_of(key)}.*.md"):
            page = _page(disk.read(path))
            if page and page.key != self._key_at(str(page.front["slug"])):
                return _withdrawal(path, page)
        return None

    def _key_at(self, slug: str) -> str:
        page = _page(disk.read(self._post(slug)))
        return page.key if page else ""

    def _files(self) -> Iterator[Path]:
        for name in ("posts", "withdrawn", "versions"):
            yield from (self.folder / name).glob("*.md")

    def _page(self, post: Post, key: str, *, replaces: bool) -> Page:
        front = {
            "title": post.title,
            "slug": post.slug,
            "date": self._dated(post),
            "tags": list(post.tags),
            "key": key,
            "published": self.company.local(self.clock()).isoformat(),
            "replaces": replaces,
        }
        return Page(front, _ended(post.text))

    def _dated(self, post: Post) -> str:
        return self.company.local(post.publish_at or self.clock()).isoformat()

    def _post(self, slug: str) -> Path:
        return self.folder / "posts" / f"{slug}.md"

    def _version(self, key: str) -> Path:
        return self.folder / "versions" / f"{disk.name_of(key)}.md"

    def _withdrawn(self, post_key: str, key: str) -> Path:
        """Return where a taken-back post is kept; a second try keeps the name of the first."""
        folder, stem = self.folder / "withdrawn", f"{post_key}.{disk.name_of(key)}"
        before = next(folder.glob(f"{stem}.*.md"), None)
        return before or folder / f"{stem}.{int(self.clock().timestamp())}.md"


def _page(data: bytes | None) -> Page | None:
    """Read a post; one whose front matter is missing or broken is all text."""
    if data is None:
        return None
    text = data.decode("utf-8", "replace")
    head, fence, body = text.removeprefix(FENCE).partition("\n" + FENCE)
    if not text.startswith(FENCE) or not fence:
        return Page({}, text)
    try:
        front = yaml.safe_load(head)
    except yaml.YAMLError:
        return Page({}, text)
    return Page(front, body) if isinstance(front, dict) else Page({}, text)


def _file(page: Page) -> bytes:
    front = yaml.safe_dump(page.front, allow_unicode=True, sort_keys=False)
    return f"{FENCE}{front}{FENCE}{page.text}".encode()


def _receipt(page: Page) -> Receipt:
    """Read the receipt off the post, so looking later gives the same one."""
    slug = str(page.front["slug"])
    return Receipt(
        id=f"{slug}.md",
        said=f"published {page.front['title']} · site/posts/{slug}.md",
        at=datetime.fromisoformat(str(page.front["published"])),
        data={"key": page.key, "slug": slug},
    )


def _withdrawal(path: Path, page: Page) -> Receipt:
    """Read the receipt of a taken-back post off its file's name."""
    post_key, key, seconds = path.stem.split(".")
    slug = page.front["slug"]
    said = "the version before is back" if page.front.get("replaces") else "the post is gone"
    return Receipt(
        id=f"{slug}.md",
        said=f"took back {page.front['title']}; {said}",
        at=datetime.fromtimestamp(int(seconds), UTC),
        data={"key": key, "undone": post_key, "slug": slug},
    )


def _shown(page: Page | None, name: str) -> str | None:
    value = page.front.get(name) if page else None
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value or "")) or None


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
