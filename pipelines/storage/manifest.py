"""The manifest of a version: its inputs, the verdict of the gate, row counts, and the hash of every file in it.

Belongs here: writing, reading and verifying it. Does not belong here: publishing or moving versions (`publish`).
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from pipelines.common.checksums import checksum_matches, with_checksum
from pipelines.common.files import atomic_write, sha256_of, sha256_once
from pipelines.settings import DuckDBConfig
from pipelines.storage.documents import Manifest, OpenData, Verdict
from pipelines.storage.ledger import RowOutcome
from pipelines.storage.run_spec import RunSpec

MANIFEST_FILE = "manifest.json"
# The keys of manifests of the first releases, which had no checksum (`seal`).
KEYS_WITHOUT_SEAL = {"version", "as_of", "province", "synthetic", "code", "inputs", "rows", "gate", "files"}


def row_outcomes(database: Path, version: str, config: DuckDBConfig) -> list[RowOutcome]:
    """Return the row counts of a candidate, one outcome per source and accepted file."""
    with duckdb.connect(str(database), read_only=True, config=config) as connection:
        rows = connection.execute(
            "select source, concat_ws('/', delivered_as, business_day, file_name), rows_in, rows_accepted,"
            " rows_rejected, rows_superseded from marts.deliveries where status = 'accepted' order by all"
        ).fetchall()
    return [RowOutcome(version, *row) for row in rows]


def conservation(outcomes: list[RowOutcome]) -> dict[str, dict[str, int]]:
    """Return counts per source over its accepted files: files, rows in, accepted, rejected, superseded."""
    totals: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        counts = {name: getattr(outcome, name) for name in ("rows_in", "accepted", "rejected", "superseded")}
        totals.setdefault(outcome.source, Counter()).update(files=1, **counts)
    return {source: dict(counts) for source, counts in sorted(totals.items())}


def file_hashes(folder: Path, hashed: Callable[[Path], str] = sha256_of) -> dict[str, str]:
    """Return the SHA-256 of every file below the folder except the manifest, by relative path.

    Hard links of one file are read once: open data lie in the site and among the editions too.

    Args:
        folder: The folder.
        hashed: How a file is hashed: `sha256_of`, or `sha256_once` for bytes that are verified later.
    """
    by_inode: dict[tuple[int, int], str] = {}
    hashes = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST_FILE):
        status = path.stat()
        inode = (status.st_dev, status.st_ino)
        if inode not in by_inode:
            by_inode[inode] = hashed(path)
        hashes[path.relative_to(folder).as_posix()] = by_inode[inode]
    return hashes


def write_manifest(
    folder: Path, spec: RunSpec, gate: Verdict, code: str, rows: dict[str, dict[str, int]],
    open_data: OpenData | None = None,
) -> None:  # fmt: skip
    """Write the manifest of a candidate folder; nothing in it depends on the time or place of the run.

    Args:
        folder: The candidate; all its files are hashed, and once more when it is published (`files_match_manifest`).
        spec: What the run computed.
        gate: The verdict that passed the candidate.
        code: The version of the code.
        rows: Counts per source (`conservation`).
        open_data: The state of its open data; None if unknown.
    """
    content: Manifest = {
        "version": spec.version, "as_of": spec.as_of, "province": spec.province, "synthetic": spec.is_synthetic,
        "code": code, "inputs": spec.inputs, "rows": rows, "gate": gate, "files": file_hashes(folder, sha256_once),
    }  # fmt: skip
    if open_data is not None:
        content["open_data"] = open_data
    _write(folder, content)


def rewrite_manifest(folder: Path, manifest: Manifest, open_data: OpenData) -> None:
    """Write the manifest of a version into a folder that differs from the version only in open data and site."""
    _write(folder, {**manifest, "files": file_hashes(folder), "open_data": open_data})


def _write(folder: Path, content: Manifest) -> None:
    with atomic_write(folder / MANIFEST_FILE) as temporary:
        text = json.dumps(with_checksum(content), ensure_ascii=False, indent=1, sort_keys=True)
        temporary.write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a version."""
    content: Manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    return content


def manifest_intact(manifest: Mapping[str, object]) -> bool:
    """Return True if the checksum of the manifest matches, or it is of a release that wrote none."""
    return checksum_matches(manifest) or manifest.keys() == KEYS_WITHOUT_SEAL


def files_match_manifest(folder: Path) -> bool:
    """Return True if the manifest is intact and the folder holds exactly its files, byte for byte."""
    try:
        manifest = read_manifest(folder)
        return manifest_intact(manifest) and manifest["files"] == file_hashes(folder)
    except (OSError, ValueError, KeyError, AttributeError):
        return False
