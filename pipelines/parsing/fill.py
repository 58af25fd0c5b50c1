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


def is_whole(receipt: dict, settings: Settings) -> bool:
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


class Parser:
    """Parses arrivals of one night and remembers what it made of them."""

    def __init__(self, settings: Settings, contracts: dict[str, Contract], known: Receipts) -> None:
        self.settings, self.contracts, self.known = settings, contracts, known
        self.secret = load_key(settings.key_file)
        self.quarantine = private_folder(settings.restricted_dir / "quarantine")

    def parse(self, arrival: Arrival) -> dict:
        """The receipt of these bytes under today's contracts; not yet in the ledger. Raises TthcError where the archive
        no longer holds them as they came."""
        archived = archive_path(self.settings, arrival)
        if not archived.is_file():
            raise TthcError("archive_missing", file=arrival.delivery.label)
        if sha256_of(archived) != arrival.sha256:
            raise TthcError("archive_damaged", file=arrival.delivery.label)
        key = self.known.key(arrival)
        return parse_arrival(
            arrival, archived, self.contracts, key, self.secret, self.settings.lake_dir, self.quarantine
        )

    def restated(self, arrival: Arrival, earlier: Arrival, receipt: dict) -> dict:
        """What the receipt says of the file that this one replaced. Said anew only where nothing was said of these
        two: lake and ledger may be lost and made again from the archive, and then it must be the same."""
        said = self.known.of(arrival) or {}
        if said.get("restated_sha256") != earlier.sha256:
            before = self._before(earlier)
            if before is None:
                said = self.known.newest(arrival) or {}
            if said.get("restated_sha256") != earlier.sha256:
                said = {"restates": compare(before, receipt, self.contracts, self.settings)}
        return {"restates": said["restates"], "restated_sha256": earlier.sha256}

    def save(self, arrival: Arrival, receipt: dict) -> None:
        """Writes the receipt: with it, parsing is done."""
        with open_ledger(self.settings.ledger_file) as ledger:
            save_receipt(ledger, self.known.key(arrival), receipt)

    def _before(self, earlier: Arrival) -> dict | None:
        """The earlier file's receipt with its rows in the lake, or None where its bytes are no longer kept."""
        receipt = self.known.of(earlier)
        if receipt is not None and is_whole(receipt, self.settings):
            return receipt
        try:
            receipt = self.parse(earlier)
        except TthcError:  # nothing depends on it but this comparison
            return None
        self.save(earlier, receipt)
        return receipt


def fill_lake(settings: Settings, contracts: dict[str, Contract]) -> LakeState:
    """Parses what has not been parsed under today's contracts. A refused file is listed, not raised.

    Raises TthcError where a file must be parsed and its bytes are no longer in the archive.
    """
    known = Receipts(settings)
    parser = Parser(settings, contracts, known)
    active = standing(known.everything)["active"]
    for number, arrival in enumerate(active, 1):
        receipt = known.of(arrival)
        earlier = forerunner(arrival, known.everything)
        has_rows = receipt is not None and is_whole(receipt, settings)
        # Bytes that come back after others know nothing yet of those that they replace this time.
        is_told = earlier is None or (receipt or {}).get("restated_sha256") == earlier.sha256
        if has_rows and (is_told or arrival.sequence in known.forgotten):
            continue
        if receipt is None or not has_rows:
            receipt = parser.parse(arrival)
        if earlier is not None:
            receipt |= parser.restated(arrival, earlier, receipt)
        parser.save(arrival, receipt)
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
