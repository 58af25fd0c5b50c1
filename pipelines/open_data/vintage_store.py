"""A vintage as a folder: how it is sealed and read back.

Belongs here: the seal in `vintage.json`. Does not belong here: making a vintage (`vintage`), where those that were ever
out are kept (`editions`), the cells behind it (`memory`).
"""

import json
from pathlib import Path

from pipelines.common.checksums import SEAL, checksum_matches, with_checksum
from pipelines.common.files import sha256_of

NAME = "vintage.json"
EDITIONS = "editions"  # the folder of earlier vintages within a published one; no part of it


def seal_vintage(folder: Path, head: dict) -> None:
    """Writes `vintage.json`: the head (with `files` and `descriptions`, hashes by file), the hashes of all `others`
    in the folder, and a seal over all that."""
    named = {*head["files"], *head["descriptions"], NAME}
    others = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name not in named}
    text = json.dumps(with_checksum(head | {"others": others}), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read_vintage(folder: Path | None) -> dict | None:
    """What a published folder says of itself; null where there is none, or any file of it is not what it was. Vintages
    of before there were descriptions or seals lack those."""
    if folder is None:
        return None
    try:
        vintage = json.loads((folder / NAME).read_text(encoding="utf-8"))
        files = vintage["files"] | vintage.get("descriptions", {}) | vintage.get("others", {})
        whole = SEAL not in vintage or (checksum_matches(vintage) and _names(folder) == {*files, NAME})
        return vintage if whole and all(sha256_of(folder / name) == sha for name, sha in files.items()) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def may_remain(vintage: dict, essence: dict) -> bool:
    """True where a vintage that was read may go on as it is: all it depends on is the same, and a seal vouches for each
    byte. One of before there were seals is compared with, and never copied."""
    return SEAL in vintage and vintage["essence"] == essence


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {EDITIONS}
