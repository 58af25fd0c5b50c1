"""Whether a night has anything to do: if nothing came and no rule changed, its version is already published.

Belongs here: what must be certain before a run may end there. Does not belong here: what a version depends on (its
name, `transform.workspace.make_plan`).
"""

import hashlib
from pathlib import Path

from pipelines.open_data.disclosure.case_keys import key_check
from pipelines.open_data.editions import editions
from pipelines.open_data.publication import publication_key
from pipelines.open_data.vintage_store import read_vintage
from pipelines.publish.versions import current_version
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.manifest import files_match_manifest, read_manifest
from pipelines.storage.open_data_state import is_held_back
from pipelines.storage.run_spec import RunSpec
from pipelines.storage.runs import RUNS_KEPT, runs

LEFT = "left"


def quarantine_fingerprint(settings: Settings) -> str:
    """Return a mark of what a night leaves beside its version: names and sizes of the quarantine's files.

    It goes into the ledger with the run's end, so that a loss of either is noticed.
    """
    folder = settings.restricted_dir / "quarantine"
    files = sorted((path.relative_to(folder).as_posix(), path.stat().st_size) for path in folder.rglob("*.parquet"))
    return hashlib.sha256(repr(files).encode()).hexdigest()


def is_already_published(settings: Settings, run_spec: RunSpec) -> bool:
    """Return True if computing the plan's version again could change nothing.

    That is so if it is the current one, whole, made under the secret of today, and all that its night left is there
    still. Every byte of it is read to know that.
    """
    folder = settings.versions_dir / run_spec.version
    if current_version(settings) != run_spec.version or not files_match_manifest(folder):
        return False
    if not _open_data_stand(settings, folder):
        return False
    with open_ledger(settings.ledger_file) as ledger:
        made = [run for run in runs(ledger, RUNS_KEPT) if run.version == run_spec.version and LEFT in run.detail]
    return bool(made) and made[0].detail[LEFT] == quarantine_fingerprint(settings)


def _open_data_stand(settings: Settings, folder: Path) -> bool:
    """Return True if making the version's open data again would give the same.

    They are the newest edition, under the secret of today, or were held back for what was found then, under that secret
    and after that vintage.
    """
    told = read_manifest(folder).get("open_data")
    if told is not None and is_held_back(told):
        return (told["before"], told["key_check"]) == publication_key(settings)
    vintage, known = read_vintage(folder / "open-data"), editions(settings)
    if vintage is None or (known and known[-1].name != vintage["vintage"]):
        return False
    return vintage["essence"]["key_check"] == key_check(settings.key_file)
