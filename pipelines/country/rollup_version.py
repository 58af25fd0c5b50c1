"""Versions of the country: built from what provinces publish, and published in one step as any other version is.

Belongs here: the name of a version, its manifest, and the order in which it comes about. The folder of the country has
the layout of a warehouse (`versions/`, `current`, a ledger of runs), so that `tthc sql --warehouse` reads it. Does not
belong here: its figures (`rollup`), its files (`rollup_files`).
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.common.checksums import with_checksum
from pipelines.common.duckdb import connect
from pipelines.common.errors import TthcError
from pipelines.common.files import atomic_write, fingerprint, remove_tree, unfinished
from pipelines.country.provinces import Installation
from pipelines.country.rollup import build_rollup
from pipelines.country.rollup_files import write_rollup_files
from pipelines.country.rollup_rules import load_rollup_rules
from pipelines.country.sources import Source, added, find_sources
from pipelines.nightly.lock import run_lock
from pipelines.publish.read_only import open_read_only
from pipelines.publish.versions import (
    close_candidate,
    current_version,
    prune,
    put_in_place,
    restore_replaced,
    switch_current,
)
from pipelines.registers.publication import load_register
from pipelines.settings import DATABASE_FILE, OPEN_DATA_FOLDER, PROJECT_DIR, Settings
from pipelines.storage.access import PRIVATE_FOLDER, make_folder
from pipelines.storage.ledger import open_ledger
from pipelines.storage.manifest import MANIFEST_FILE, file_hashes, files_match_manifest
from pipelines.storage.run_spec import candidate_dir, candidate_file
from pipelines.storage.runs import begin_run, end_run


@dataclass(frozen=True)
class RollupOutcome:
    """How a roll-up ended.

    Attributes:
        version: The version that is published now.
        changed: True if that is another one than before.
        sources: Every province of the installation, with the reason of each that is not added.
        rows: Rows per CSV file; empty if nothing changed.
    """

    version: str
    changed: bool
    sources: list[Source]
    rows: dict[str, int]


def roll_up(installation: Installation) -> RollupOutcome:
    """Publish the figures of the country out of what the provinces publish now.

    Nights may go on meanwhile: of each province one version is read as a whole, the one that was current at the
    beginning.

    Raises:
        RunLocked: If another roll-up is under way.
        TthcError: If no province can be added, or the figures are not the sums of the provinces'; the version before
            stays.
    """
    settings = installation.country_settings
    with run_lock(settings):
        unfinished(settings.current_link).unlink(missing_ok=True)
        restore_replaced(settings)
        make_folder(settings.ledger_file.parent, PRIVATE_FOLDER, settings.readers)
        with open_ledger(settings.ledger_file) as ledger:
            number = begin_run(ledger, os.getpid())
        try:
            outcome = _publish(installation, settings)
        except Exception as error:
            _record(
                settings, number, "failed", why=str(error) if isinstance(error, TthcError) else type(error).__name__
            )
            raise
        _record(settings, number, "published" if outcome.changed else "unchanged", outcome.version)
        prune(settings)
    return outcome


def _record(settings: Settings, number: int, outcome: str, version: str | None = None, **detail: str) -> None:
    with open_ledger(settings.ledger_file) as ledger:
        end_run(ledger, number, outcome, version=version, detail=detail)


def _publish(installation: Installation, settings: Settings) -> RollupOutcome:
    before, candidate, place = current_version(settings), candidate_dir(settings), settings.work_dir / "provinces"
    make_folder(settings.work_dir, PRIVATE_FOLDER, settings.readers)
    for folder in (candidate, place):
        remove_tree(folder)
        folder.mkdir()
    sources = find_sources(installation, place)
    register = load_register(settings.country_dir)
    rules = load_rollup_rules(settings.country_dir, register)
    with connect(settings, candidate_file(settings)) as connection:
        sources = build_rollup(connection, settings, rules, register, sources)
        version = _version_name(settings, sources)
        is_there = files_match_manifest(settings.versions_dir / version)
        rows = {} if is_there else write_rollup_files(connection, candidate / OPEN_DATA_FOLDER, rules, sources)
    if not is_there:
        close_candidate(settings)
        _write_manifest(settings, version, sources)
        put_in_place(candidate, settings.versions_dir / version, settings.readers)
    for folder in (candidate, place):
        remove_tree(folder)
    if before != version:
        switch_current(settings, version)
    return RollupOutcome(version, before != version, sources, rows)


def _version_name(settings: Settings, sources: Sequence[Source]) -> str:
    """Return a name that follows from what is added, what is not and why, and the rules and code that add it up."""
    until = max(source.closed_until or "" for source in added(sources))
    content = [_input(source) for source in sources]
    rules = fingerprint(PROJECT_DIR / "pipelines" / "country", settings.country_dir)
    identity = json.dumps([content, rules, settings.readers], sort_keys=True)
    return f"{until}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"


def _input(source: Source) -> dict[str, Any]:
    return {name: value for name, value in asdict(source).items() if name != "folder"}


def _write_manifest(settings: Settings, version: str, sources: Sequence[Source]) -> None:
    """Write the manifest of the candidate: the provinces with what was read of each, and the hash of every file."""
    folder = candidate_dir(settings)
    content = {
        "version": version, "as_of": max(str(source.as_of) for source in added(sources)),
        "synthetic": all(source.synthetic for source in added(sources)),
        "provinces": [_input(source) for source in sources], "files": file_hashes(folder),
    }  # fmt: skip
    with atomic_write(folder / MANIFEST_FILE) as temporary:
        text = json.dumps(with_checksum(content), ensure_ascii=False, indent=1, sort_keys=True)
        temporary.write_text(text, encoding="utf-8")


def read_country(installation: Installation) -> dict[str, Any] | None:
    """Return the published version of the country; None if there is none that can be read.

    Its keys are `version`, `as_of`, `synthetic`, and the provinces that are `added` and `left_out`.
    """
    settings = installation.country_settings
    try:
        manifest = json.loads((settings.current_link / MANIFEST_FILE).read_text(encoding="utf-8"))
        provinces = manifest["provinces"]
    except (OSError, ValueError, KeyError):
        return None
    return {
        **{name: manifest[name] for name in ("version", "as_of", "synthetic")},
        "added": [one for one in provinces if one["why_not"] is None],
        "left_out": [one for one in provinces if one["why_not"] is not None],
    }


def figures_left_out(settings: Settings) -> list[tuple[str, str, int]]:
    """Return for each province that is added and each reason how many of its figures are not in those of the country.

    Args:
        settings: Those of the country.
    """
    with open_read_only(settings.current_link / DATABASE_FILE, settings.duckdb_config()) as connection:
        rows = connection.execute(
            "select province_code, why_not, sum(figures)::integer from marts.left_out group by all order by all"
        ).fetchall()
    return [(str(code), str(why), int(figures)) for code, why, figures in rows]
