"""A vintage as a folder: its file names, writing `vintage.json` with checksums, and verifying it when read.

Belongs here: `vintage.json`. Does not belong here: making a vintage (`vintage`), keeping published ones (`editions`),
the exact cells behind it (`disclosure.cell_history`).
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
        closed_periods: Code, first and last day (ISO) of each closed period.
        register: SHA-256 of the publication register.
        rules: SHA-256 of the disclosure rules.
        code: Fingerprint of this package.
        province: Code of the province.
        place: Name of the province, by language.
        publisher: The publisher, as printed.
        synthetic: True if the data are not real.
        public_url: Address of the site; None if unknown.
        key_check: Fingerprint of the secret.
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
    """The part of `vintage.json` that describes the tables of a vintage.

    Attributes:
        vintage: Name of the vintage.
        before: Name of the vintage before; None for the first.
        closed_until: Last day (ISO) of the closed periods; None if no period is closed.
        essence: What the vintage depends on.
        changes: Number of revised figures.
        rows: Rows per CSV file.
        files: SHA-256 of each table's files.
        issued: As-of day of the first vintage.
        modified: As-of day of this vintage.
        descriptions: SHA-256 of each description, once they are written.
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
    """The content of `vintage.json`; earlier releases wrote neither `descriptions` nor the fields below.

    Attributes:
        others: SHA-256 of the remaining files.
        seal: Checksum over the document.
    """

    others: NotRequired[dict[str, str]]
    seal: NotRequired[str]


def seal_vintage(folder: Path, head: VintageHead) -> None:
    """Write `vintage.json`: the head, the hashes of all other files in the folder, and a checksum over it."""
    named = {*head["files"], *head.get("descriptions", {}), VINTAGE_FILE}
    others = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name not in named}
    text = json.dumps(with_checksum({**head, "others": others}), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / VINTAGE_FILE).write_text(text + "\n", encoding="utf-8")


def read_vintage(folder: Path | None) -> Vintage | None:
    """Return the content of `vintage.json`; None if there is none or a file does not match its hash."""
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
    """Return True if a vintage is still valid: everything it depends on is equal, and it has a checksum.

    A vintage of an earlier release without a checksum is compared with, but never copied.
    """
    return SEAL in vintage and vintage["essence"] == essence


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {EDITIONS}
