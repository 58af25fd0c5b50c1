"""The state of a version's open data: read from its manifest, and put into sentences.

Does not belong here: deciding the state (`open_data.publication`), and its shape (`documents.OpenData`).
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
    """Return True if the version was kept beside the published one and not published."""
    return open_data is not None and open_data["state"] == "beside"


def is_held_back(open_data: Mapping[str, Any] | None) -> bool:
    """Return True if no new open data could be made safe; False for None, a version of an early release."""
    return open_data is not None and open_data["state"] in HELD_BACK


def published_open_data(settings: Settings) -> OpenData | None:
    """Return the state of open data in the manifest of the current version; None if it has none."""
    return open_data_of(settings.current_link)


def open_data_of(folder: Path) -> OpenData | None:
    """Return the state of open data in the manifest of a version; None if it has none or cannot be read."""
    try:
        return read_manifest(folder).get("open_data")
    except (OSError, ValueError, AttributeError):
        return None


def held_back_sentence(open_data: Mapping[str, Any]) -> str:
    """Return the sentence that explains why open data are held back, in the current language."""
    why = say(str(open_data["why"]), **open_data["params"])
    return say(f"open_data_{open_data['state']}", since=open_data["since"], finding=open_data["why"], why=why)


def withdrawn_sentences(open_data: Mapping[str, Any] | None) -> list[str]:
    """Return sentences that list what a publication withdrew from the public; empty if nothing was withdrawn."""
    withdrawn = (open_data or {}).get("withdrawn")
    if not withdrawn:
        return []
    rows = ", ".join(f"{table} {count:,}" for table, count in sorted(withdrawn["rows"].items()))
    return [
        say("withdrawn_periods", periods=", ".join(withdrawn["periods"])),
        say("withdrawn_rows", rows=rows or "0"),
        say("withdrawn_editions", editions=", ".join(withdrawn["editions"])),
    ]
