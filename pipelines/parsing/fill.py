"""Bringing the lake up to date: every delivery that counts today is parsed once, damaged files again.

Belongs here: which files need parsing. Does not belong here: how one file is parsed (`parse`).
"""

import logging
from dataclasses import dataclass

from pipelines.contracts import Contract, fingerprint
from pipelines.files import private_folder, sha256_of
from pipelines.landing.archive import archive_path
from pipelines.landing.ledger import Arrival, arrivals, open_ledger, receipts, save_receipt, standing
from pipelines.messages import say
from pipelines.parsing.parse import parse_arrival, parse_key
from pipelines.privacy import load_key
from pipelines.settings import Settings

log = logging.getLogger("tthc.parsing")


@dataclass(frozen=True)
class LakeState:
    """What counts today. `parsed`: active arrivals with their receipts, refused ones included."""

    parsed: list[tuple[Arrival, dict]]
    duplicate: list[Arrival]
    restated: list[Arrival]

    @property
    def accepted(self) -> list[tuple[Arrival, dict]]:
        """Arrivals whose file could be read."""
        return [(arrival, receipt) for arrival, receipt in self.parsed if receipt["refused"] is None]

    def totals(self, source: str) -> dict[str, int]:
        """Rows of one source over all deliveries: rows_in, accepted and rejected by parsing."""
        counts = [receipt["sources"].get(source, {}) for _, receipt in self.parsed]
        return {name: sum(c.get(name, 0) for c in counts) for name in ("rows_in", "accepted", "rejected")}


def _is_whole(receipt: dict, settings: Settings) -> bool:
    """A lake file that is gone or whose bytes changed is never used; it is parsed again from the archive."""
    for name, sha in receipt["files"].items():
        path = settings.lake_dir / name
        if not path.is_file() or sha256_of(path) != sha:
            return False
    return True


def lake_state(settings: Settings) -> LakeState:
    """What counts today by the ledger alone; deliveries that have not been parsed yet are not in it."""
    version = fingerprint(settings.contracts_dir)
    with open_ledger(settings.ledger_file) as ledger:
        stand, known = standing(arrivals(ledger)), receipts(ledger)
    keyed = [(arrival, known.get(parse_key(arrival, version))) for arrival in stand["active"]]
    parsed = [(arrival, receipt) for arrival, receipt in keyed if receipt is not None]
    return LakeState(parsed, stand["duplicate"], stand["restated"])


def fill_lake(settings: Settings, contracts: dict[str, Contract]) -> LakeState:
    """Parses what has not been parsed under today's contracts. Raises nothing for a refused file: it is listed."""
    version = fingerprint(settings.contracts_dir)
    secret = load_key(settings.key_file)
    quarantine = private_folder(settings.restricted_dir / "quarantine")
    with open_ledger(settings.ledger_file) as ledger:
        active, known = standing(arrivals(ledger))["active"], receipts(ledger)
    for number, arrival in enumerate(active, 1):
        key = parse_key(arrival, version)
        if key in known and _is_whole(known[key], settings):
            continue
        receipt = parse_arrival(arrival, archive_path(settings, arrival), contracts, key, secret,
                                settings.lake_dir, quarantine)  # fmt: skip
        with open_ledger(settings.ledger_file) as ledger:
            save_receipt(ledger, key, receipt)
        _tell(arrival, receipt, number, len(active))
    return lake_state(settings)


def _tell(arrival: Arrival, receipt: dict, number: int, of: int) -> None:
    progress = {"progress": (number, of)}
    if receipt["refused"]:
        why = say(receipt["refused"]["code"], **receipt["refused"]["params"])
        log.warning(say("file_refused", file=arrival.delivery.label, why=why), extra=progress)
        return
    rows = sum(counts["rows_in"] for counts in receipt["sources"].values())
    rejected = sum(counts["rejected"] for counts in receipt["sources"].values())
    log.info(say("file_parsed", file=arrival.delivery.label, rows=rows, rejected=rejected), extra=progress)
