"""Merges small files of the lake, per source and month, so that their number does not grow with each night.

Every reader opens every file, and each costs as much as thousands of rows. Rows keep the delivery and the number that
they have; receipts name the merged file, and the files that it was made of are removed with all that no receipt names
(`nightly.prune`). Belongs here: which files are merged. Does not belong here: merging (`shared_files`).
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pipelines.parsing.lake_files import LakeFiles
from pipelines.parsing.receipts import Receipts
from pipelines.parsing.shared_files import deliveries_in, holders, rewrite, save_renamed
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt

# Files below this size are merged once a month of a source has so many of them. A merged file may be merged again while
# it is small, so each row is written a few times at most.
SMALL_FILE = 4 << 20
LEAST_FILES = 16
# A restated delivery makes the whole file be rewritten, and it is read into memory for that.
LARGEST_FILE = 16 << 20


def compact(settings: Settings) -> int:
    """Merge small lake files of deliveries that count, and return how many files were merged."""
    known, files = Receipts(settings), LakeFiles(settings)
    found, merged = holders(known.counting()), 0
    changed: dict[str, Receipt] = {}
    for folder, names in _small_together(found, settings):
        hashes = {name: next(iter(found[name].values()))["files"][name] for name in names}
        if all(files.is_verified(name, sha) for name, sha in hashes.items()):  # else the next night parses them again
            kept = {key: changed.get(key, receipt) for name in names for key, receipt in found[name].items()}
            changed |= rewrite(names, kept, folder, settings.lake_dir)
            merged += len(names)
    save_renamed(changed, known, files, settings)
    files.save()
    return merged


def _small_together(
    found: dict[str, dict[str, Receipt]], settings: Settings
) -> Iterator[tuple[PurePosixPath, list[str]]]:
    """Yield lists of files to be merged, each with the folder of the merged file below the lake."""
    months: dict[tuple[PurePosixPath, str], list[str]] = {}
    for name, receipts in sorted(found.items()):
        made_by = {receipt.get("made_by", "") for receipt in receipts.values()}
        is_whole = all(deliveries_in(receipt, name) == len(receipts) for receipt in receipts.values())
        if is_whole and len(made_by) == 1:  # files of one version of the parser have the same columns
            day = PurePosixPath(name).parent
            months.setdefault((day.parent / day.name[: len("YYYY-MM")], made_by.pop()), []).append(name)
    for (folder, _), names in months.items():
        together: list[str] = []
        size = 0
        for name in names:
            path = settings.lake_dir / name
            own = path.stat().st_size if path.is_file() else SMALL_FILE
            if own >= SMALL_FILE:
                continue
            if size + own > LARGEST_FILE:
                yield from [(folder, together)] if len(together) >= LEAST_FILES else []
                together, size = [], 0
            together, size = [*together, name], size + own
        yield from [(folder, together)] if len(together) >= LEAST_FILES else []
