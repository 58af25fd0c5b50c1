"""The editions that the open data list beside themselves, for the page that gives each its permanent address.

Belongs here: what that page shows. Does not belong here: keeping editions (`open_data.editions`), laying them out
(`publish.editions`).
"""

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.open_data.feed import FEED
from pipelines.open_data.metadata import datapackage
from pipelines.open_data.vintage_store import CHANGES_FILE, EDITIONS, INDEX
from pipelines.site.downloads import FOLDER, Download, download_name

# What a reader who cites or compares an edition opens first; the rest stands in the data package.
FIRST_FILES = ("thu-tuc-hanh-chinh.xlsx", datapackage.NAME, CHANGES_FILE)


@dataclass(frozen=True)
class ShownEdition:
    """One edition on the page.

    Its name, the last day of its periods (ISO, '' for none), whether it is withdrawn, and the files to begin with.
    """

    name: str
    until: str
    withdrawn: bool
    files: list[Download]


def shown_editions(open_data: Path) -> list[ShownEdition]:
    """Return the editions beside the open data, the newest first; none where nothing lists them."""
    folder = open_data / EDITIONS
    try:
        listed = json.loads((folder / INDEX).read_text(encoding="utf-8"))["editions"]
    except FileNotFoundError:
        return []
    return [
        ShownEdition(one["edition"], one["closed_until"], one["withdrawn"], [
            download_name(folder / one["edition"] / name, f"{EDITIONS}/{one['edition']}/{name}")
            for name in FIRST_FILES if name in one["files"]
        ])
        for one in reversed(listed)
    ]  # fmt: skip


def feed_address() -> str:
    """Return the address of the feed, from the site's root."""
    return f"/{FOLDER}/{EDITIONS}/{FEED}"
