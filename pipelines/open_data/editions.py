"""Editions: every vintage that was ever published, kept independently of versions, rollback and retention.

Belongs here: storing, verifying and restoring editions. `editions/<edition>/` is linked into versions;
`restricted/open-data/editions/<edition>/` is a second copy in the folder that backups keep; `index.json` in both lists
them in the order of publication. An edition is never changed; a damaged one is restored from its other copy. Does not
belong here: making a vintage (`vintage`), which version shows which edition (`publish.editions`).
"""

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.common.checksums import checksum_matches, with_checksum
from pipelines.common.errors import TthcError
from pipelines.common.files import (
    UNFINISHED,
    atomic_write,
    link_or_copy,
    private_folder,
    remove_atomically,
    remove_tree,
    sha256_of,
    sync_file,
    sync_folder,
)
from pipelines.common.i18n import say
from pipelines.open_data.disclosure.case_keys import key_check
from pipelines.open_data.vintage_store import EDITIONS, INDEX, VINTAGE_FILE, read_vintage
from pipelines.settings import OPEN_DATA_FOLDER, Settings
from pipelines.storage.access import PRIVATE_FOLDER, PUBLIC_FILE, PUBLIC_FOLDER, make_folder, mode_for, set_mode

log = logging.getLogger("tthc.open_data")
PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class Edition:
    """A vintage that was published.

    Attributes:
        name: Name of the vintage.
        before: Name of the vintage before; None for the first.
        closed_until: Last day (ISO) of its periods; '' if no period had closed.
        sha256: SHA-256 of its `vintage.json`, which holds the hashes of all its files.
    """

    name: str
    before: str | None
    closed_until: str
    sha256: str


def editions(settings: Settings) -> list[Edition]:
    """Return all editions in the order of publication, the newest last.

    An edition that was published again after a later one was withdrawn occurs twice.
    """
    found = (_read_index(place / INDEX) for place in _copies(settings))
    return max(found, key=len, default=[])


def publication_key(settings: Settings) -> tuple[str | None, str]:
    """Return what open data depend on besides the version: name of the newest edition, fingerprint of the secret."""
    known = editions(settings)
    return (known[-1].name if known else None), key_check(settings.key_file)


def newest_edition(settings: Settings) -> Path | None:
    """Return the folder of the newest edition, whatever `current` names; None if there never was one.

    Raises:
        TthcError: If no sound copy of it is left (`edition_lost`).
    """
    known = editions(settings)
    return folder_of(settings, known[-1]) if known else None


def folder_of(settings: Settings, edition: Edition) -> Path:
    """Return a folder with an intact copy of an edition.

    Raises:
        TthcError: If there is none (`edition_lost`).
    """
    for place in _copies(settings):
        if edition_intact(place / edition.name, edition):
            return place / edition.name
    raise _lost(settings, edition)


def edition_intact(folder: Path, edition: Edition) -> bool:
    """Return True if the folder holds the edition with every byte as it was published."""
    try:
        return sha256_of(folder / VINTAGE_FILE) == edition.sha256 and read_vintage(folder) is not None
    except OSError:
        return False


def withdrawn(known: list[Edition]) -> set[str]:
    """Return the names of editions that a later one with fewer closed periods replaced, and that did not return."""
    gone: dict[str, bool] = {}
    least = None
    for edition in reversed(known):
        gone.setdefault(edition.name, least is not None and edition.closed_until > least)
        least = edition.closed_until if least is None else min(least, edition.closed_until)
    return {name for name, is_gone in gone.items() if is_gone}


def edition_in(folder: Path) -> Edition:
    """Return the vintage in a folder as an edition.

    Raises:
        OSError: If the folder holds no vintage.
    """
    vintage = json.loads((folder / VINTAGE_FILE).read_text(encoding="utf-8"))
    return Edition(vintage["vintage"], vintage.get("before"), vintage.get("closed_until") or "",
                   sha256_of(folder / VINTAGE_FILE))  # fmt: skip


def add_edition(settings: Settings, folder: Path) -> Edition:
    """Add the vintage in the folder as the newest edition, first both copies, then the index, and return it."""
    edition = edition_in(folder)
    known = [*editions(settings), edition]
    _write_copies(settings, folder, edition)
    _write_indexes(settings, known)
    return edition


def recover_editions(settings: Settings) -> None:
    """Restore missing or damaged copies of editions, and the index.

    Copies are restored from each other and from versions, a lost index from the editions themselves. An edition that
    cannot be restored is logged.
    """
    known = editions(settings)
    listed = {edition.name for edition in known}
    unlisted = {edition.name: edition for edition in _editions_on_disk(settings) if edition.name not in listed}
    # Copies are written before the index, so a copy without an entry was published.
    known += sorted(
        unlisted.values(),
        key=lambda edition: (_count_earlier(edition, unlisted), edition.closed_until, edition.name),
    )
    if not known:
        return
    for edition in dict.fromkeys(known):
        lacking = [place for place in _copies(settings) if not edition_intact(place / edition.name, edition)]
        if not lacking:
            continue
        source = next(
            (folder for folder in _candidate_folders(settings, edition) if edition_intact(folder, edition)), None
        )
        if source is None:
            log.error(str(_lost(settings, edition)))
            continue
        if any((place / edition.name).exists() for place in lacking):
            log.warning(say("edition_restored", edition=edition.name))
        _write_copies(settings, source, edition)
    _write_indexes(settings, known)
    remove_atomically(_of_earlier_release(settings))


def damaged_editions(settings: Settings, *, deep: bool) -> list[str]:
    """Return the names of editions whose public copy is missing or damaged.

    Args:
        settings: Where the editions lie.
        deep: True verifies every byte, False only `vintage.json`.
    """
    return [
        edition.name
        for edition in dict.fromkeys(editions(settings))
        if not (edition_intact if deep else _vintage_file_matches)(settings.editions_dir / edition.name, edition)
    ]


def _lost(settings: Settings, edition: Edition) -> TthcError:
    return TthcError("edition_lost", edition=edition.name, folder=str(_copies(settings)[1]))


def _vintage_file_matches(folder: Path, edition: Edition) -> bool:
    try:
        return sha256_of(folder / VINTAGE_FILE) == edition.sha256
    except OSError:
        return False


def _copies(settings: Settings) -> tuple[Path, Path]:
    return settings.editions_dir, settings.open_data_backup_dir / EDITIONS


def _candidate_folders(settings: Settings, edition: Edition) -> Iterator[Path]:
    """Yield folders that may hold an edition: its two places, then those of versions."""
    yield from (place / edition.name for place in _copies(settings))
    yield _of_earlier_release(settings)
    for version in sorted(settings.versions_dir.glob(f"[!.]*/{OPEN_DATA_FOLDER}")):
        yield version
        yield version / EDITIONS / edition.name


def _editions_on_disk(settings: Settings) -> Iterator[Edition]:
    """Yield the editions found in both places, and the last vintage as kept by an earlier release."""
    folders = [folder for place in _copies(settings) for folder in sorted(place.glob("[!.]*")) if folder.is_dir()]
    for folder in (*folders, _of_earlier_release(settings)):
        if read_vintage(folder) is not None:
            yield edition_in(folder)


def _of_earlier_release(settings: Settings) -> Path:
    """Return the folder in which earlier releases kept the last vintage."""
    return settings.open_data_backup_dir / "last"


def _count_earlier(edition: Edition, known: dict[str, Edition]) -> int:
    """Return how many known editions were published before this one, following each edition's `before`."""
    passed: set[str] = set()
    before = edition.before
    while before in known and before not in passed:
        passed.add(str(before))
        before = known[str(before)].before
    return len(passed)


def _write_copies(settings: Settings, source: Path, edition: Edition) -> None:
    public, restricted = _copies(settings)
    if not edition_intact(restricted / edition.name, edition):
        _copy_folder(source, private_folder(restricted) / edition.name, shutil.copyfile, PRIVATE_FOLDER, PRIVATE_FILE)
    if not edition_intact(public / edition.name, edition):
        make_folder(public, PUBLIC_FOLDER, settings.readers)
        # A link to the other copy would be damaged together with it.
        copy = shutil.copyfile if source.is_relative_to(restricted) else link_or_copy
        modes = (mode_for(mode, settings.readers) for mode in (PUBLIC_FOLDER, PUBLIC_FILE))
        _copy_folder(source, public / edition.name, copy, *modes)


def _copy_folder(source: Path, target: Path, copy: object, folder_mode: int, mode: int) -> None:
    assert callable(copy)
    part = target.with_name(f".{target.name}{UNFINISHED}")
    remove_tree(part)
    part.mkdir()
    for path in sorted(source.iterdir()):
        if path.is_file():
            copy(path, part / path.name)
            (part / path.name).chmod(mode)
            sync_file(part / path.name)
    set_mode(part, folder_mode)
    sync_folder(part)
    remove_atomically(target)
    part.rename(target)
    sync_folder(target.parent)


def _read_index(path: Path) -> list[Edition]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [Edition(**entry) for entry in content["editions"]] if checksum_matches(content) else []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _write_indexes(settings: Settings, known: list[Edition]) -> None:
    """Write the index unless it lists these editions already."""
    text = json.dumps(with_checksum({"editions": [asdict(edition) for edition in known]}), ensure_ascii=False, indent=1)
    modes = mode_for(PUBLIC_FILE, settings.readers), PRIVATE_FILE
    for place, mode in zip(_copies(settings), modes, strict=True):
        if _read_index(place / INDEX) != known:
            with atomic_write(place / INDEX, mode=mode) as temporary:
                temporary.write_text(text + "\n", encoding="utf-8")
