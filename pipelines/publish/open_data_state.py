"""What came of a version's open data, as its manifest says it and as people are told.

Belongs here: the shape of that word, and reading it. Deciding it is `open_data.publication`'s.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from pipelines.messages import say
from pipelines.publish.manifest import read_manifest
from pipelines.settings import Settings

HELD_BACK = ("kept", "none")


class OpenData(TypedDict):
    """`state`: new, unchanged (the vintage before goes on, as it should), kept (it stays because no new one is safe) or
    none (nor is there one before). `why`: the code of the finding with its `params`, and `since` which as-of day that
    has been so; null unless kept or none. `before` and `key_check`: the vintage before and the secret it was tried
    with, for the same try would find the same."""

    state: Literal["new", "unchanged", "kept", "none"]
    why: str | None
    params: dict[str, Any]
    since: str | None
    before: str | None
    key_check: str


def is_held_back(open_data: Mapping[str, Any] | None) -> bool:
    """Return True if no new open data could be made safe. Null: a version of before this was written down."""
    return open_data is not None and open_data["state"] in HELD_BACK


def published_open_data(settings: Settings) -> OpenData | None:
    """Return what the current version's manifest says of its open data; null where it says nothing."""
    try:
        return read_manifest(settings.current_link).get("open_data")
    except (OSError, ValueError, AttributeError):
        return None


def sentence_of(open_data: Mapping[str, Any]) -> str:
    """Return the sentence for people on open data that are held back."""
    why = say(str(open_data["why"]), **open_data["params"])
    return say(f"open_data_{open_data['state']}", since=open_data["since"], finding=open_data["why"], why=why)
