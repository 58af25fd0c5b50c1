"""Detect that a run has nothing to do: no new delivery, no changed rule, so its version is already published.

Belongs here: the conditions under which a run may end early. Does not belong here: what a version depends on, which
decides its name (`transform.workspace`).
"""

import hashlib
from pathlib import Path

from pipelines.open_data.disclosure.case_keys import key_check
from pipelines.open_data.editions import editions, publication_key
from pipelines.open_data.vintage_store import read_vintage
from pipelines.publish.versions import current_version
from pipelines.settings import OPEN_DATA_FOLDER, Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.manifest import files_match_manifest, read_manifest
from pipelines.storage.open_data_state import is_held_back
from pipelines.storage.run_spec import RunSpec
from pipelines.storage.runs import RUNS_KEPT, runs

QUARANTINE_KEY = "left"  # under which a run's record in the ledger keeps the fingerprint


def quarantine_fingerprint(settings: Settings) -> str:
    """Return a hash over names and sizes of the quarantine's files.

    The ledger keeps it with the end of each run, so that the loss of a file is noticed.
    """
    folder = settings.quarantine_dir
    files = sorted((path.relative_to(folder).as_posix(), path.stat().st_size) for path in folder.rglob("*.parquet"))
    return hashlib.sha256(repr(files).encode()).hexdigest()


def is_already_published(settings: Settings, run_spec: RunSpec) -> bool:
    """Return True if this version is already published, its checksums verify and nothing was lost since.

    Its open data must also be current under today's secret, and the quarantine unchanged since its run. Every byte of
    the version is read.
    """
    folder = settings.versions_dir / run_spec.version
    if current_version(settings) != run_spec.version or not files_match_manifest(folder):
        return False
    if not _open_data_unchanged(settings, folder):
        return False
    with open_ledger(settings.ledger_file) as ledger:
        made = [
            run for run in runs(ledger, RUNS_KEPT) if run.version == run_spec.version and QUARANTINE_KEY in run.detail
        ]
    return bool(made) and made[0].detail[QUARANTINE_KEY] == quarantine_fingerprint(settings)


def _open_data_unchanged(settings: Settings, folder: Path) -> bool:
    """Return True if making the version's open data again would give the same result.

    That is so if they are the newest edition under today's secret, or were held back under the same secret and after
    the same vintage.
    """
    open_data = read_manifest(folder).get("open_data")
    if open_data is not None and is_held_back(open_data):
        return (open_data["before"], open_data["key_check"]) == publication_key(settings)
    vintage, known = read_vintage(folder / OPEN_DATA_FOLDER), editions(settings)
    if vintage is None or (known and known[-1].name != vintage["vintage"]):
        return False
    return vintage["essence"]["key_check"] == key_check(settings.key_file)
