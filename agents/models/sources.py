"""Sources: passages as the parts of a prompt, numbered as an answer is to name them."""

from collections.abc import Mapping

from agents.models.wish import Part
from memory.recalling.recall import Recalled


def parts(sources: Mapping[int, Recalled]) -> tuple[Part, ...]:
    """Return each passage as a part. It is spare: the farthest is left out where room ends."""
    return tuple(
        Part(
            f"source {n}",
            one.text,
            one.sensitivity,
            one.trust == "outside",
            passage=one.id,
            spare=True,
        )
        for n, one in sources.items()
    )
