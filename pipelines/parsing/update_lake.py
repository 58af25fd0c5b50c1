"""Bringing the lake up to date: every delivery that counts today is parsed once, damaged files again.

Belongs here: which files need parsing. Does not belong here: how one file is parsed (`parse`).
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.common.errors import FileRefused, TthcError
from pipelines.common.files import private_folder, sha256_of
from pipelines.common.i18n import say
from pipelines.contracts.model import Contract
from pipelines.landing.faults import is_machine_fault, keep_trace
from pipelines.landing.ingest import archive_path
from pipelines.parsing.parse_file import parse_arrival, parse_key, refused_receipt
from pipelines.parsing.removals import removed_dossiers
from pipelines.parsing.restatements import Changes, compare_with_previous, previous_delivery
from pipelines.parsing.secret import key_id, load_key
from pipelines.parsing.version import parser_version
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt, ReceiptOrigin, Restatement
from pipelines.storage.ledger import (
    Arrival,
    arrivals,
    classify_arrivals,
    open_ledger,
    purged_arrivals,
    receipts,
    save_receipt,
)

log = logging.getLogger("tthc.parsing")
BROKE = "reading_broke"
TRIED_AGAIN = {BROKE, "file_unreadable", "archive_missing", "archive_damaged"}


@dataclass(frozen=True)
class LakeState:
    """What counts today.

    Attributes:
        parsed: Active arrivals with their receipts, refused ones included.
        made_by: Today's contracts, parser and secret by one name.
    """

    parsed: list[tuple[Arrival, Receipt]]
    duplicate: list[Arrival]
    restated: list[Arrival]
    made_by: str = ""

    @property
    def accepted(self) -> list[tuple[Arrival, Receipt]]:
        """Arrivals whose file could be read."""
        return [(arrival, receipt) for arrival, receipt in self.parsed if receipt["refused"] is None]

    def totals(self, source: str) -> dict[str, int]:
        """Return rows of one source over all deliveries: rows_in, accepted and rejected by parsing."""
        counts = [receipt["sources"][source] for _, receipt in self.parsed if source in receipt["sources"]]
        return {
            "rows_in": sum(one["rows_in"] for one in counts),
            "accepted": sum(one["accepted"] for one in counts),
            "rejected": sum(one["rejected"] for one in counts),
        }


class Receipts:
    """The results of parsing so far, under today's contracts, parser and secret.

    For arrivals whose bytes are gone, the results under the last ones.
    """

    def __init__(self, settings: Settings, secret: str | None = None) -> None:
        self.made_by = parser_version(settings, secret if secret is not None else load_key(settings.key_file))
        with open_ledger(settings.ledger_file) as ledger:
            self.everything = arrivals(ledger)
            self._known, self.purged = receipts(ledger), purged_arrivals(ledger)
        self._newest = {(receipt["delivery"], receipt["sha256"]): receipt for receipt in self._known.values()}

    def key(self, arrival: Arrival) -> str:
        """Return the key of an arrival's receipt under today's contracts, parser and secret."""
        return parse_key(arrival, self.made_by)

    def of(self, arrival: Arrival) -> Receipt | None:
        """Return the receipt that counts today, or None if the file has to be parsed."""
        if arrival.sequence in self.purged:
            return self.newest(arrival)
        return self._known.get(self.key(arrival))

    def newest(self, arrival: Arrival) -> Receipt | None:
        """Return the last receipt of these bytes under any contracts and parser."""
        return self._newest.get((arrival.delivery.label, arrival.sha256))

    def add(self, arrival: Arrival, receipt: Receipt) -> None:
        """Add the receipt of an arrival that was parsed just now."""
        self._known[self.key(arrival)] = receipt
        self._newest[arrival.delivery.label, arrival.sha256] = receipt

    def is_refused(self, arrival: Arrival) -> bool:
        """Return True if the file was read and refused; one that was not read yet is not."""
        receipt = self.of(arrival)
        return receipt is not None and receipt["refused"] is not None

    def classify_arrivals(self) -> dict[str, list[Arrival]]:
        """Return what counts today (`ledger.classify_arrivals`), by what is known so far of refused files."""
        return classify_arrivals(self.everything, self.is_refused)


def files_intact(receipt: Receipt, settings: Settings) -> bool:
    """Return True if all lake files of a receipt are unchanged; a file that is not is parsed again."""
    for name, sha in receipt["files"].items():
        path = settings.lake_dir / name
        if not path.is_file() or sha256_of(path) != sha:
            return False
    return True


def lake_state(settings: Settings) -> LakeState:
    """Return what counts today by the ledger alone, without deliveries that have not been parsed yet."""
    known = Receipts(settings)
    stand = known.classify_arrivals()
    keyed = [(arrival, known.of(arrival)) for arrival in stand["active"]]
    parsed = [(arrival, receipt) for arrival, receipt in keyed if receipt is not None]
    return LakeState(parsed, stand["duplicate"], stand["restated"], known.made_by)


class Parser:
    """Parses arrivals of one night and remembers what it made of them."""

    def __init__(self, settings: Settings, contracts: dict[str, Contract]) -> None:
        self.settings, self.contracts = settings, contracts
        self.secret = load_key(settings.key_file)
        self.known = Receipts(settings, self.secret)
        self.quarantine = private_folder(settings.quarantine_dir)

    def parse(self, arrival: Arrival) -> Receipt:
        """Return the receipt of these bytes as parsed today; it is not yet in the ledger.

        Where the archive no longer holds them as they came, the last receipt counts if its files are intact. If none of
        its rows ever counted, the file is refused. The same holds for any other trouble with the file, with a trace
        under `restricted/`, unless it would affect every file.

        Raises:
            TthcError: If rows that counted before would vanish.
        """
        try:
            return self._parse(arrival, self._archived(arrival))
        except TthcError as loss:
            last = self.known.newest(arrival)
            if last is None or last["refused"] is not None:
                return {**refused_receipt(arrival, FileRefused(loss.code, **loss.params)), **self._mark}
            if last.get("key_id") != key_id(self.secret) or not files_intact(last, self.settings):
                raise
            log.warning(say("archive_lost_outcome_stands", file=arrival.delivery.label))
            return last
        except Exception as error:
            if is_machine_fault(error):
                raise
            keep_trace(self.settings, arrival.delivery.label, error)
            code = "file_unreadable" if isinstance(error, PermissionError) else BROKE
            return {**refused_receipt(arrival, FileRefused(code, kind=type(error).__name__)), **self._mark}

    def _archived(self, arrival: Arrival) -> Path:
        archived = archive_path(self.settings, arrival)
        if not archived.is_file():
            raise TthcError("archive_missing", file=arrival.delivery.label)
        if sha256_of(archived) != arrival.sha256:
            raise TthcError("archive_damaged", file=arrival.delivery.label)
        return archived

    def _parse(self, arrival: Arrival, archived: Path) -> Receipt:
        key = self.known.key(arrival)
        receipt = parse_arrival(
            arrival, archived, self.contracts, key, self.secret, self.settings.lake_dir, self.quarantine,
            self.settings.read_limits,
        )  # fmt: skip
        return {**receipt, **self._mark}

    @property
    def _mark(self) -> ReceiptOrigin:
        """The parser and the secret that make today's receipts."""
        return {"made_by": self.known.made_by, "key_id": key_id(self.secret)}

    def restated(self, arrival: Arrival, earlier: Arrival, receipt: Receipt) -> Restatement:
        """Return the part of a receipt about the file that this one replaced: what changed, None if unknown.

        No figure depends on it, so trouble here refuses nothing.
        """
        try:
            changes = self._changes(arrival, earlier, receipt)
            removals = self._removals(arrival, earlier, receipt)
        except Exception as error:
            if is_machine_fault(error):
                raise
            keep_trace(self.settings, arrival.delivery.label, error)
            changes, removals = None, []
        return {"restates": changes, "removals": removals, "restated_sha256": earlier.sha256}

    def _removals(self, arrival: Arrival, earlier: Arrival, receipt: Receipt) -> list[list[list[Any]]]:
        """Return, for every replacement under this name so far, the dossiers that it removed (`removed_dossiers`)."""
        said = self.known.of(arrival)
        if said is None or said.get("restated_sha256") != earlier.sha256 or "removals" not in said:
            before = self._before(earlier)
            if before is not None:
                return [*before.get("removals", []), removed_dossiers(before, receipt, self.settings)]
            said = self.known.newest(arrival)
        return said.get("removals", []) if said is not None else []

    def _changes(self, arrival: Arrival, earlier: Arrival, receipt: Receipt) -> dict[str, Changes] | None:
        """Return what the replacement changed, as it was recorded, or count it if nothing was recorded.

        Lake and ledger may be lost and made again from the archive, and then the counts must be the same.
        """
        said = self.known.of(arrival)
        if said is None or said.get("restated_sha256") != earlier.sha256:
            before = self._before(earlier)
            if before is None:
                said = self.known.newest(arrival)
            if said is None or said.get("restated_sha256") != earlier.sha256:
                return compare_with_previous(before, receipt, self.contracts, self.settings)
        return said["restates"]

    def save(self, arrival: Arrival, receipt: Receipt) -> None:
        """Write the receipt to the ledger; with it, parsing is done."""
        with open_ledger(self.settings.ledger_file) as ledger:
            save_receipt(ledger, self.known.key(arrival), receipt)
        self.known.add(arrival, receipt)

    def _before(self, earlier: Arrival) -> Receipt | None:
        """Return the earlier file's receipt with its rows in the lake, or None if its bytes are no longer kept."""
        receipt = self.known.of(earlier)
        if receipt is not None and files_intact(receipt, self.settings):
            return receipt
        try:
            receipt = self.parse(earlier)
        except TthcError:  # nothing depends on it but this comparison
            return None
        if (first := previous_delivery(earlier, self.known.everything)) is not None:
            receipt = {**receipt, **self.restated(earlier, first, receipt)}
        self.save(earlier, receipt)
        return receipt


def update_lake(settings: Settings, contracts: dict[str, Contract]) -> LakeState:
    """Parse what has not been parsed under today's rules. A refused file is listed, not raised.

    Raises:
        TthcError: If rows that counted cannot be made again, or if pseudonyms of two secrets would stand side by
            side.
    """
    parser = Parser(settings, contracts)
    _refuse_two_secrets(parser.known, parser.secret, settings)
    tried: set[int] = set()
    # A file that is refused lets another of the same bytes stand in for it, which then has to be parsed.
    while waiting := [a for a in parser.known.classify_arrivals()["active"] if a.sequence not in tried]:
        for number, arrival in enumerate(waiting, 1):
            tried.add(arrival.sequence)
            _ensure_parsed(parser, arrival, (number, len(waiting)))
    return lake_state(settings)


def _ensure_parsed(parser: Parser, arrival: Arrival, progress: tuple[int, int]) -> None:
    known = parser.known
    receipt, earlier = known.of(arrival), previous_delivery(arrival, known.everything)
    # What broke the parser is tried again every night: the cause may lie outside of the file.
    broke = receipt is not None and receipt["refused"] is not None and receipt["refused"]["code"] in TRIED_AGAIN
    has_rows = receipt is not None and not broke and files_intact(receipt, parser.settings)
    # Bytes that come back after others know nothing yet of those that they replace this time.
    is_told = earlier is None or (receipt is not None and receipt.get("restated_sha256") == earlier.sha256)
    if has_rows and (is_told or arrival.sequence in known.purged):
        return
    if receipt is None or not has_rows:
        receipt = parser.parse(arrival)
    if earlier is not None:
        receipt = {**receipt, **parser.restated(arrival, earlier, receipt)}
    parser.save(arrival, receipt)
    _log_refusals(arrival, receipt, *progress)


def _refuse_two_secrets(known: Receipts, secret: str, settings: Settings) -> None:
    """Raise TthcError if the rows of forgotten bytes have pseudonyms of another secret.

    Then nobody could say any more whether two papers are the same.
    """
    own = key_id(secret)
    gone = [known.newest(arrival) for arrival in known.everything if arrival.sequence in known.purged]
    others = [receipt for receipt in gone if receipt and receipt["files"] and receipt.get("key_id", own) != own]
    if others:
        raise TthcError("secret_changed", file=settings.key_file, count=len(others))


def _log_refusals(arrival: Arrival, receipt: Receipt, number: int, of: int) -> None:
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
