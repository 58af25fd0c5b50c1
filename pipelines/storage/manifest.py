"""The manifest: what a version is made of, what was checked, and the hash of every file in it.

Belongs here: writing and verifying it. Does not belong here: moving versions about.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.common.checksums import checksum_matches, with_checksum
from pipelines.common.files import atomic_write, sha256_of
from pipelines.settings import DuckDBConfig
from pipelines.storage.documents import Manifest, OpenData, Verdict
from pipelines.storage.ledger import RowOutcome
from pipelines.storage.run_spec import RunSpec

NAME = "manifest.json"
# What a manifest holds beside its seal; those of before there were seals hold just this.
UNSEALED = {"version", "as_of", "province", "synthetic", "code", "inputs", "rows", "gate", "files"}


def row_outcomes(database: Path, version: str, config: DuckDBConfig) -> list[RowOutcome]:
    """Return what the candidate made of every row: one outcome per source and accepted file."""
    with duckdb.connect(str(database), read_only=True, config=config) as connection:
        rows = connection.execute(
            "select source, concat_ws('/', delivered_as, business_day, file_name), rows_in, rows_accepted,"
            " rows_rejected, rows_superseded from marts.deliveries where status = 'accepted' order by all"
        ).fetchall()
    return [RowOutcome(version, *row) for row in rows]


def conservation(outcomes: list[RowOutcome]) -> dict[str, dict[str, int]]:
    """Return counts per source over its accepted files: files, rows in, accepted, rejected, superseded."""
    totals: dict[str, Counter[str]] = {}
    for one in outcomes:
        counts = {name: getattr(one, name) for name in ("rows_in", "accepted", "rejected", "superseded")}
        totals.setdefault(one.source, Counter()).update(files=1, **counts)
    return {source: dict(counts) for source, counts in sorted(totals.items())}


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below the folder except the manifest, by relative path.

    Bytes that have several names, as open data have (in the site, among the editions), are read once.
    """
    known: dict[tuple[int, int], str] = {}
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME):
        seen = path.stat()
        same = (seen.st_dev, seen.st_ino)
        if same not in known:
            known[same] = sha256_of(path)
        found[path.relative_to(folder).as_posix()] = known[same]
    return found


def write_manifest(
    folder: Path, plan: RunSpec, gate: Verdict, code: str, rows: dict[str, dict[str, int]],
    open_data: OpenData | None = None,
) -> None:  # fmt: skip
    """Write the manifest of a candidate folder; nothing in it depends on when or where the run took place.

    Args:
        folder: The candidate; all its files are hashed.
        plan: What the run computed.
        gate: The verdict that passed the candidate.
        code: The version of the code.
        rows: Counts per source (`conservation`).
        open_data: The state of its open data; null if unknown.
    """
    content: Manifest = {
        "version": plan.version, "as_of": plan.as_of, "province": plan.province, "synthetic": plan.is_synthetic,
        "code": code, "inputs": plan.inputs, "rows": rows, "gate": gate, "files": file_hashes(folder),
    }  # fmt: skip
    if open_data is not None:
        content["open_data"] = open_data
    with atomic_write(folder / NAME) as temporary:
        text = json.dumps(with_checksum(content), ensure_ascii=False, indent=1, sort_keys=True)
        temporary.write_text(text, encoding="utf-8")


def rewrite_manifest(folder: Path, manifest: Manifest, open_data: OpenData) -> None:
    """Write the manifest of a version into a folder that differs from it only in open data and site."""
    content: Manifest = {**manifest, "files": file_hashes(folder), "open_data": open_data}
    with atomic_write(folder / NAME) as temporary:
        text = json.dumps(with_checksum(content), ensure_ascii=False, indent=1, sort_keys=True)
        temporary.write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a version."""
    content: Manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
    return content


def manifest_intact(manifest: Mapping[str, object]) -> bool:
    """Return True if the manifest is unchanged since it was written."""
    return checksum_matches(manifest) or manifest.keys() == UNSEALED


def files_match_manifest(folder: Path) -> bool:
    """Return True if the manifest is sound and the folder holds exactly its files, byte for byte."""
    try:
        manifest = read_manifest(folder)
        return manifest_intact(manifest) and manifest["files"] == file_hashes(folder)
    except (OSError, ValueError, KeyError, AttributeError):
        return False
