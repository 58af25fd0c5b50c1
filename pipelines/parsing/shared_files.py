"""Files of the lake that hold the rows of several deliveries: rewritten when one of them counts no more.

A lake file that is read holds the rows of deliveries that count and no others, so its readers need not choose. Belongs
here: rewriting, and the receipts that then name the new file. Does not belong here: which deliveries count, and which
files are merged (`compact`).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import polars as pl

from pipelines.landing.ingest import archive_path
from pipelines.landing.rebuild_ledger import leave_note
from pipelines.parsing.lake_files import LakeFiles
from pipelines.parsing.parse_group import shared_key
from pipelines.parsing.receipts import Receipts
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt
from pipelines.storage.lake import write_whole
from pipelines.storage.ledger import days_of_purge, open_ledger, save_receipt

# Receipts by the key under which they are saved.
Named = Mapping[str, Receipt]


def holders(counting: Named) -> dict[str, dict[str, Receipt]]:
    """Return, by lake file, the receipts that count and name it, by their key."""
    found: dict[str, dict[str, Receipt]] = {}
    for key, receipt in counting.items():
        for name in receipt["files"]:
            found.setdefault(name, {})[key] = receipt
    return found


def deliveries_in(receipt: Receipt, name: str) -> int:
    """Return of how many deliveries a lake file of a receipt holds rows."""
    return receipt.get("shared", {}).get(name, 1)


def mixed(counting: Named) -> dict[str, dict[str, Receipt]]:
    """Return the lake files that also hold rows of deliveries that do not count, with the receipts that count."""
    return {
        name: found
        for name, found in holders(counting).items()
        if any(deliveries_in(receipt, name) != len(found) for receipt in found.values())
    }


def separate(counting: Named, lake: Path) -> dict[str, Receipt]:
    """Rewrite each lake file that also holds rows of deliveries that do not count (`mixed`).

    Args:
        counting: The receipts that count, by their key.
        lake: The folder of the lake.

    Returns:
        The receipts that now name other files, by their key; the caller saves them.
    """
    changed: dict[str, Receipt] = {}
    for name, found in mixed(counting).items():
        kept = {key: changed.get(key, receipt) for key, receipt in found.items()}
        changed |= rewrite([name], kept, PurePosixPath(name).parent, lake)
    return changed


def save_renamed(changed: Named, known: Receipts, files: LakeFiles, settings: Settings) -> None:
    """Save receipts that name other lake files now, all at once.

    Args:
        changed: The receipts, by their key.
        known: The receipts so far; these are added.
        files: The files of the lake, to which the new ones are added.
        settings: The installation.
    """
    if not changed:
        return
    files.send(changed.values())
    with open_ledger(settings.ledger_file) as ledger:
        purged = days_of_purge(ledger)
        for arrival in known.classify_arrivals()["active"]:
            key = known.key(arrival)
            if key in changed:
                if arrival.sequence in purged:  # of these the archive keeps the receipt instead of the bytes
                    path = archive_path(settings, arrival)
                    leave_note(path, purged[arrival.sequence], arrival.byte_count, key, changed[key])
                save_receipt(ledger, key, changed[key])
                files.add(changed[key])
                known.add(arrival, changed[key])


def rewrite(names: Iterable[str], kept: Named, folder: PurePosixPath, lake: Path) -> dict[str, Receipt]:
    """Write the rows of some deliveries, out of some lake files, to one file, and return the receipts that name it.

    Args:
        names: The files, whose hashes were verified (`LakeFiles.is_verified`): what is written gets a hash of its own,
            so that a byte that is wrong by now would never be found.
        kept: Receipts of the deliveries, by their key.
        folder: Where the new file belongs, below the lake.
        lake: The folder of the lake.
    """
    old = sorted(names)
    labels = sorted({receipt["delivery"] for receipt in kept.values()})
    frames = [pl.read_parquet(lake / name).filter(pl.col("_source_file").is_in(labels)) for name in old]
    new = (folder / f"{shared_key(kept)}.parquet").as_posix()
    sha = write_whole(lake / new, dict(frames[0].schema), pl.concat(frames))
    return {key: _naming(receipt, old, new, sha, len(kept)) for key, receipt in kept.items()}


def _naming(receipt: Receipt, old: list[str], new: str, sha: str, deliveries: int) -> Receipt:
    """Return the receipt with one lake file in place of others."""
    files = {name: known for name, known in receipt["files"].items() if name not in old}
    shared = {name: count for name, count in receipt.get("shared", {}).items() if name not in old}
    if deliveries > 1:
        shared[new] = deliveries
    named: Receipt = {**receipt, "files": {**files, new: sha}, "shared": shared}
    if not shared:
        del named["shared"]
    return named
