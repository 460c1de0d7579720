"""Every table has a name that a person can read."""

from memory.schema import metadata
from memory.schema.called import CALLED


def test_every_table_is_called_something_and_nothing_else_is() -> None:
    assert set(CALLED) == set(metadata.tables)
    assert len(set(CALLED.values())) == len(CALLED)
    assert not any("_" in said for said in CALLED.values())
