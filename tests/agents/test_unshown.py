"""What no model may read is known as the files say now: settings, vault, and servers of tools."""

from pathlib import Path

from agents.models.keys import secret_in
from agents.models.unshown import Unshown
from engine.acting import vault

SERVERS = """\
servers:
  shelf:
    command: shelf
    env: {MODE: quicksilver, SHELF_TOKEN: token-in-words}
    secrets: {KEY: KEYFILE}
"""


def test_the_vault_is_read_anew_once_it_changed(tmp_path: Path) -> None:
    unshown = Unshown(("of-the-settings",), tmp_path)
    assert unshown.now() == ("of-the-settings",)
    vault.keep(tmp_path, "shop-key", "sunflowers")
    assert unshown.now() == ("of-the-settings", "sunflowers")
    vault.keep(tmp_path, "shop-key", "marigolds, many")
    assert unshown.now() == ("of-the-settings", "marigolds, many")
    vault.remove(tmp_path, "shop-key")
    assert unshown.now() == ("of-the-settings",)


def test_what_a_server_of_tools_is_given_is_unshown(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("of-the-shelf\n")
    unshown = Unshown((), tmp_path)
    assert unshown.now() == ()
    (tmp_path / "mcp.yaml").write_text(SERVERS.replace("KEYFILE", str(key)))
    assert unshown.now() == ("token-in-words", "of-the-shelf")
    key.write_text("another of the shelf")
    assert unshown.now() == ("token-in-words", "another of the shelf")
    (tmp_path / "mcp.yaml").write_text("servers: [")
    assert unshown.now() == ("token-in-words", "another of the shelf")
    key.unlink()
    (tmp_path / "mcp.yaml").unlink()
    assert unshown.now() == ()


def test_a_line_of_a_longer_key_is_unshown_too(tmp_path: Path) -> None:
    vault.keep(tmp_path, "ssh", "-- begin --\nsunflowers and marigolds\n-- end --")
    assert secret_in("it says sunflowers and marigolds", Unshown((), tmp_path).now())
