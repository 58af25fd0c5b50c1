"""A vintage as a folder: how it is sealed and read back.

Belongs here: the seal in `vintage.json`. Does not belong here: making a vintage (`vintage`), where those that were ever
out are kept (`editions`), the cells behind it (`disclosure.cell_history`).
"""

import json
from pathlib import Path
from typing import NotRequired, TypedDict

from pipelines.common.checksums import SEAL, checksum_matches, with_checksum
from pipelines.common.files import sha256_of

VINTAGE_FILE, CHANGES_FILE, AUDIT_FILE = "vintage.json", "CHANGES.md", "audit.json"
METHOD_FILES = {"vi": "PHUONG-PHAP.md", "en": "METHOD.md"}
# Folder of earlier vintages within a published one (no part of the vintage), and the list of them.
EDITIONS, INDEX = "editions", "index.json"


class Essence(TypedDict):
    """Everything that a vintage depends on, except the figures themselves.

    Attributes:
        closed_periods: Code, first and last day (ISO) of each.
        key_check: A mark of the secret; the rest are hashes of registers and code, and what is printed of the
            province.
    """

    closed_periods: list[list[str]]
    register: str
    rules: str
    code: str
    province: str
    place: dict[str, str]
    publisher: dict[str, object]
    synthetic: bool
    public_url: str | None
    key_check: str


class VintageHead(TypedDict):
    """What `vintage.json` says of the tables of a vintage.

    `vintage` is its name and `before` that of the one before (null: the first); `closed_until`: the last day (ISO) of
    the closed periods; `rows` per CSV file; `files`: SHA-256 of each table; `issued` and `modified`: as-of days of the
    first vintage and of this one; `descriptions`: SHA-256 of each description, once they are written.
    """

    vintage: str
    before: str | None
    closed_until: str | None
    essence: Essence
    changes: int
    rows: dict[str, int]
    files: dict[str, str]
    issued: NotRequired[str]
    modified: NotRequired[str]
    descriptions: NotRequired[dict[str, str]]


class Vintage(VintageHead):
    """The content of `vintage.json`.

    Vintages of earlier releases lack it, the descriptions and the seal.

    Attributes:
        others: SHA-256 of the remaining files.
    """

    others: NotRequired[dict[str, str]]
    seal: NotRequired[str]


def seal_vintage(folder: Path, head: VintageHead) -> None:
    """Write `vintage.json`: the head, the hashes of all other files in the folder, and a seal over all that.

    The head has `files` and `descriptions`, hashes by file.
    """
    named = {*head["files"], *head.get("descriptions", {}), VINTAGE_FILE}
    others = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name not in named}
    text = json.dumps(with_checksum({**head, "others": others}), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / VINTAGE_FILE).write_text(text + "\n", encoding="utf-8")


def read_vintage(folder: Path | None) -> Vintage | None:
    """Return what `vintage.json` says; null if there is none, or any file is not what it was.

    Vintages of earlier releases have no descriptions or seal.
    """
    if folder is None:
        return None
    try:
        vintage: Vintage = json.loads((folder / VINTAGE_FILE).read_text(encoding="utf-8"))
        files = vintage["files"] | vintage.get("descriptions", {}) | vintage.get("others", {})
        whole = SEAL not in vintage or (checksum_matches(vintage) and _names(folder) == {*files, VINTAGE_FILE})
        return vintage if whole and all(sha256_of(folder / name) == sha for name, sha in files.items()) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def may_remain(vintage: Vintage, essence: Essence) -> bool:
    """Return True if a vintage may stay as it is: all it depends on is the same and it carries a seal.

    One without a seal (of an earlier release) is compared with, and never copied.
    """
    return SEAL in vintage and vintage["essence"] == essence


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {EDITIONS}
