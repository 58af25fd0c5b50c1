"""Published editions, for the page with their permanent addresses.

Belongs here: what that page shows. Does not belong here: keeping editions (`open_data.editions`), linking them into a
version (`publish.editions`).
"""

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.open_data.feed import FEED
from pipelines.open_data.metadata import datapackage
from pipelines.open_data.vintage_store import CHANGES_FILE, EDITIONS, INDEX
from pipelines.site.downloads import FOLDER, Download, download_name

# Files of an edition that the page links to; the data package lists the others.
FIRST_FILES = ("thu-tuc-hanh-chinh.xlsx", datapackage.NAME, CHANGES_FILE)


@dataclass(frozen=True)
class ShownEdition:
    """One edition on the page.

    Attributes:
        name: Its name.
        until: Last day (ISO) of its periods; '' for none.
        withdrawn: True if a later edition with fewer periods replaced it.
        files: The files that the page links to.
    """

    name: str
    until: str
    withdrawn: bool
    files: list[Download]


def shown_editions(open_data: Path) -> list[ShownEdition]:
    """Return the editions listed in the open-data folder, the newest first; empty if there is no list."""
    folder = open_data / EDITIONS
    try:
        listed = json.loads((folder / INDEX).read_text(encoding="utf-8"))["editions"]
    except FileNotFoundError:
        return []
    return [
        ShownEdition(entry["edition"], entry["closed_until"], entry["withdrawn"], [
            download_name(folder / entry["edition"] / name, f"{EDITIONS}/{entry['edition']}/{name}")
            for name in FIRST_FILES if name in entry["files"]
        ])
        for entry in reversed(listed)
    ]  # fmt: skip


def feed_address() -> str:
    """Return the address of the feed, from the site's root."""
    return f"/{FOLDER}/{EDITIONS}/{FEED}"
