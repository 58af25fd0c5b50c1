"""The state of a version's open data, as its manifest and the reports give it.

Belongs here: the shape of that word, and reading it. Deciding it is `open_data.publication`'s.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.common.i18n import say
from pipelines.settings import Settings
from pipelines.storage.documents import OpenData
from pipelines.storage.manifest import read_manifest

HELD_BACK = ("kept", "none")


def is_beside(open_data: Mapping[str, Any] | None) -> bool:
    """Return True if the version was computed beside the published one."""
    return open_data is not None and open_data["state"] == "beside"


def is_held_back(open_data: Mapping[str, Any] | None) -> bool:
    """Return True if no new open data could be made safe.

    Null: a version of before this was written down.
    """
    return open_data is not None and open_data["state"] in HELD_BACK


def published_open_data(settings: Settings) -> OpenData | None:
    """Return what the current version's manifest says of its open data; null if it says nothing."""
    return open_data_of(settings.current_link)


def open_data_of(folder: Path) -> OpenData | None:
    """Return what a version's manifest says of its open data; null if it says nothing or cannot be read."""
    try:
        return read_manifest(folder).get("open_data")
    except (OSError, ValueError, AttributeError):
        return None


def sentence_of(open_data: Mapping[str, Any]) -> str:
    """Return the sentence for people on open data that are held back."""
    why = say(str(open_data["why"]), **open_data["params"])
    return say(f"open_data_{open_data['state']}", since=open_data["since"], finding=open_data["why"], why=why)


def withdrawn_sentences(open_data: Mapping[str, Any] | None) -> list[str]:
    """Return sentences that list what a publication took back from the public; empty if nothing."""
    gone = (open_data or {}).get("withdrawn")
    if not gone:
        return []
    rows = ", ".join(f"{table} {count:,}" for table, count in sorted(gone["rows"].items()))
    return [
        say("withdrawn_periods", periods=", ".join(gone["periods"])),
        say("withdrawn_rows", rows=rows or "0"),
        say("withdrawn_editions", editions=", ".join(gone["editions"])),
    ]
