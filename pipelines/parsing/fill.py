"""Bringing the lake up to date: every delivery that counts today is parsed once, damaged files again.

Belongs here: which files need parsing. Does not belong here: how one file is parsed (`parse`).
"""

import logging
from dataclasses import dataclass

from pipelines.contracts import CONTRACT_FILES, Contract
from pipelines.errors import TthcError
from pipelines.files import fingerprint, private_folder, sha256_of
from pipelines.landing.archive import archive_path
from pipelines.landing.ledger import Arrival, arrivals, forgotten, open_ledger, receipts, save_receipt, standing
from pipelines.messages import say
from pipelines.parsing.parse import parse_arrival, parse_key
from pipelines.parsing.restated import compare, forerunner
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


class Receipts:
    """What parsing has made of arrivals so far, under today's contracts or, where the bytes are gone, the last ones."""

    def __init__(self, settings: Settings) -> None:
        self._version = fingerprint(settings.contracts_dir, names=CONTRACT_FILES)
        with open_ledger(settings.ledger_file) as ledger:
            self.everything = arrivals(ledger)
            self._known, self.forgotten = receipts(ledger), forgotten(ledger)
        self._newest = {(receipt["delivery"], receipt["sha256"]): receipt for receipt in self._known.values()}

    def key(self, arrival: Arrival) -> str:
        """The name under which parsing leaves its outcome today."""
        return parse_key(arrival, self._version)

    def of(self, arrival: Arrival) -> dict | None:
        """The receipt that counts today, or None where the file has to be parsed."""
        if arrival.sequence in self.forgotten:
            return self.newest(arrival)
        return self._known.get(self.key(arrival))

    def newest(self, arrival: Arrival) -> dict | None:
        """The last receipt of these bytes under any contracts."""
        return self._newest.get((arrival.delivery.label, arrival.sha256))


def _is_whole(receipt: dict, settings: Settings) -> bool:
    """A lake file that is gone or whose bytes changed is never used; it is parsed again from the archive."""
    for name, sha in receipt["files"].items():
        path = settings.lake_dir / name
        if not path.is_file() or sha256_of(path) != sha:
            return False
    return True


def lake_state(settings: Settings) -> LakeState:
    """What counts today by the ledger alone; deliveries that have not been parsed yet are not in it."""
    known = Receipts(settings)
    stand = standing(known.everything)
    keyed = [(arrival, known.of(arrival)) for arrival in stand["active"]]
    parsed = [(arrival, receipt) for arrival, receipt in keyed if receipt is not None]
    return LakeState(parsed, stand["duplicate"], stand["restated"])


def fill_lake(settings: Settings, contracts: dict[str, Contract]) -> LakeState:
    """Parses what has not been parsed under today's contracts. A refused file is listed, not raised.

    Raises TthcError where a file must be parsed and its bytes are no longer in the archive.
    """
    known = Receipts(settings)
    secret = load_key(settings.key_file)
    quarantine = private_folder(settings.restricted_dir / "quarantine")
    active = standing(known.everything)["active"]
    for number, arrival in enumerate(active, 1):
        receipt = known.of(arrival)
        if receipt is not None and _is_whole(receipt, settings):
            continue
        archived = archive_path(settings, arrival)
        if not archived.is_file():
            raise TthcError("archive_missing", file=arrival.delivery.label)
        key = known.key(arrival)
        receipt = parse_arrival(arrival, archived, contracts, key, secret, settings.lake_dir, quarantine)
        earlier = forerunner(arrival, known.everything)
        if earlier is not None:
            receipt["restates"] = compare(known.newest(earlier), receipt, contracts, settings)
        with open_ledger(settings.ledger_file) as ledger:
            save_receipt(ledger, key, receipt)
        _tell(arrival, receipt, number, len(active))
    return lake_state(settings)


def _tell(arrival: Arrival, receipt: dict, number: int, of: int) -> None:
    progress, file = {"progress": (number, of)}, arrival.delivery.label
    if receipt["refused"]:
        why = say(receipt["refused"]["code"], **receipt["refused"]["params"])
        log.warning(say("file_refused", file=file, why=why), extra=progress)
        return
    rows = sum(counts["rows_in"] for counts in receipt["sources"].values())
    rejected = sum(counts["rejected"] for counts in receipt["sources"].values())
    log.info(say("file_parsed", file=file, rows=rows, rejected=rejected), extra=progress)
    for source, changes in (receipt.get("restates") or {}).items():
        log.warning(say("restated", file=file, source=source, **changes))
    if "restates" in receipt and receipt["restates"] is None:
        log.warning(say("restated_unread", file=file))
