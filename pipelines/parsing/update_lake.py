"""Brings the lake up to date: parses every delivery that counts today once, and damaged files again.

Belongs here: which files need parsing, and what happens if one cannot be parsed. Does not belong here: how one file is
parsed (`parse_file`), and which receipts are known (`receipts`).
"""

import logging
from pathlib import Path
from typing import Any

from pipelines.common.errors import FileRefused, LakeUnreachable, TthcError
from pipelines.common.files import private_folder, sha256_of
from pipelines.common.i18n import say
from pipelines.contracts.model import Contract
from pipelines.landing.archive import is_as_copied
from pipelines.landing.faults import is_machine_fault, keep_trace
from pipelines.landing.ingest import archive_path
from pipelines.parsing.groups import groups
from pipelines.parsing.lake_files import LakeFiles
from pipelines.parsing.parse_file import parse_arrival, refused_receipt
from pipelines.parsing.parse_group import Member, parse_group
from pipelines.parsing.receipts import LakeState, Receipts
from pipelines.parsing.removals import removed_dossiers
from pipelines.parsing.restatements import Changes, compare_with_previous
from pipelines.parsing.secret import key_id, load_key
from pipelines.parsing.shared_files import mixed, save_renamed, separate
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt, ReceiptOrigin, Restatement
from pipelines.storage.ledger import Arrival, open_ledger, save_receipt

log = logging.getLogger("tthc.parsing")
READING_FAILED = "reading_broke"
LEAST_TOGETHER = 2
# Refusals whose cause may lie outside of the file: it is parsed again every night.
RETRIED_CODES = {READING_FAILED, "file_unreadable", "archive_missing", "archive_damaged"}


class Parser:
    """Parses the arrivals of one night and saves their receipts."""

    def __init__(self, settings: Settings, contracts: dict[str, Contract]) -> None:
        self.settings, self.contracts = settings, contracts
        self.secret = load_key(settings.key_file)
        self.known = Receipts(settings, self.secret)
        self.files = LakeFiles(settings)
        self._unsaved: dict[str, Receipt] = {}
        self.quarantine = private_folder(settings.quarantine_dir)

    def parse(self, arrival: Arrival) -> Receipt:
        """Parse these bytes and return the receipt, which is not yet in the ledger.

        If the archived bytes are missing or damaged, the newest receipt counts as long as its lake files are intact; if
        there is none, or it is a refusal, the file is refused. The file is also refused for any other error, with a
        trace under `restricted/`, unless the error would affect every file.

        Raises:
            TthcError: If the archived bytes are missing or damaged and rows that counted before would be lost.
        """
        try:
            return self._parse(arrival, self._archived(arrival))
        except TthcError as loss:
            newest = self.known.newest(arrival)
            if newest is None or newest["refused"] is not None:
                return {**refused_receipt(arrival, FileRefused(loss.code, **loss.params)), **self._origin}
            if newest.get("key_id") != key_id(self.secret) or not self.files.holds(newest):
                raise
            log.warning(say("archive_lost_outcome_stands", file=arrival.delivery.label))
            return newest
        except Exception as error:
            if is_machine_fault(error):
                raise
            keep_trace(self.settings, arrival.delivery.label, error)
            code = "file_unreadable" if isinstance(error, PermissionError) else READING_FAILED
            return {**refused_receipt(arrival, FileRefused(code, kind=type(error).__name__)), **self._origin}

    def parse_together(self, arrivals: list[Arrival]) -> dict[int, Receipt]:
        """Parse small files together, and return the receipts of as many as possible, by `sequence`.

        Where that fails it is tried with each half; a file that fails alone has no receipt and is left to `parse`.
        """
        if len(arrivals) < LEAST_TOGETHER:
            return {}
        try:
            members = [Member(arrival, self._archived(arrival), self.known.key(arrival)) for arrival in arrivals]
            found = parse_group(
                members, self.contracts, self.secret, self.settings.lake_dir, self.quarantine,
                self.settings.read_limits,
            )  # fmt: skip
        except Exception as error:
            if is_machine_fault(error):
                raise
            middle = len(arrivals) // 2
            return {**self.parse_together(arrivals[:middle]), **self.parse_together(arrivals[middle:])}
        return {arrival.sequence: {**receipt, **self._origin} for arrival, receipt in zip(arrivals, found, strict=True)}

    def _archived(self, arrival: Arrival) -> Path:
        archived = archive_path(self.settings, arrival)
        if not archived.is_file():
            raise TthcError("archive_missing", file=arrival.delivery.label)
        if not is_as_copied(archived) and sha256_of(archived) != arrival.sha256:
            raise TthcError("archive_damaged", file=arrival.delivery.label)
        return archived

    def _parse(self, arrival: Arrival, archived: Path) -> Receipt:
        key = self.known.key(arrival)
        receipt = parse_arrival(
            arrival, archived, self.contracts, key, self.secret, self.settings.lake_dir, self.quarantine,
            self.settings.read_limits,
        )  # fmt: skip
        return {**receipt, **self._origin}

    @property
    def _origin(self) -> ReceiptOrigin:
        """The part of today's receipts that names the parser and the secret."""
        return {"made_by": self.known.made_by, "key_id": key_id(self.secret)}

    def describe_restatement(self, arrival: Arrival, earlier: Arrival, receipt: Receipt) -> Restatement:
        """Return the part of a receipt about the file that this one replaced.

        No figure depends on it, so an error here refuses nothing: the changes are then unknown (None).

        Args:
            arrival: The file.
            earlier: The arrival that it replaced.
            receipt: The receipt of the file.
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
        """Return, for every replacement of this delivery so far, the dossiers that it removed (`removed_dossiers`)."""
        recorded = self.known.current(arrival)
        if recorded is None or recorded.get("restated_sha256") != earlier.sha256 or "removals" not in recorded:
            before = self._receipt_of_previous(earlier)
            if before is not None:
                return [*before.get("removals", []), removed_dossiers(before, receipt, self.settings)]
            recorded = self.known.newest(arrival)
        return recorded.get("removals", []) if recorded is not None else []

    def _changes(self, arrival: Arrival, earlier: Arrival, receipt: Receipt) -> dict[str, Changes] | None:
        """Return the recorded changes of the replacement, or count them if none are recorded.

        The counts are the same if lake and ledger are lost and rebuilt from the archive.
        """
        recorded = self.known.current(arrival)
        if recorded is None or recorded.get("restated_sha256") != earlier.sha256:
            before = self._receipt_of_previous(earlier)
            if before is None:
                recorded = self.known.newest(arrival)
            if recorded is None or recorded.get("restated_sha256") != earlier.sha256:
                return compare_with_previous(before, receipt, self.contracts, self.settings)
        return recorded["restates"]

    def keep(self, arrival: Arrival, receipt: Receipt) -> None:
        """Keep the receipt of a file; once it is saved, the parsing of the file is complete."""
        self.files.add(receipt)
        self.known.add(arrival, receipt)
        self._unsaved[self.known.key(arrival)] = receipt

    def save(self) -> None:
        """Write all kept receipts to the ledger at once, after the lake has their files."""
        if self._unsaved:
            self.files.send(self._unsaved.values())
            with open_ledger(self.settings.ledger_file) as ledger:
                for key, receipt in self._unsaved.items():
                    save_receipt(ledger, key, receipt)
            self._unsaved = {}

    def of_damaged_files(self) -> list[Arrival]:
        """Return the arrivals with rows in shared lake files that have to be rewritten and cannot be read for that."""
        damaged = {
            name
            for name, found in mixed(self.known.counting()).items()
            if not all(self._is_verified(name, receipt["files"][name]) for receipt in found.values())
        }
        active = [(arrival, self.known.current(arrival)) for arrival in self.known.classify_arrivals()["active"]]
        return [arrival for arrival, receipt in active if receipt is not None and damaged & set(receipt["files"])]

    def _is_verified(self, name: str, sha256: str) -> bool:
        """Return True if a lake file is found to be whole; what cannot be looked at is made again."""
        try:
            return self.files.is_verified(name, sha256)
        except Exception as error:
            if is_machine_fault(error):
                raise
            return False

    def separate(self) -> None:
        """Rewrite shared lake files that hold rows of deliveries that no longer count."""
        save_renamed(separate(self.known.counting(), self.settings.lake_dir), self.known, self.files, self.settings)

    def _receipt_of_previous(self, earlier: Arrival) -> Receipt | None:
        """Return the receipt of the earlier file, whose rows are then in the lake; None if its bytes are not kept."""
        receipt = self.known.current(earlier)
        if receipt is not None and self.files.holds(receipt):
            return receipt
        try:
            receipt = self.parse(earlier)
        except LakeUnreachable:
            raise
        except TthcError:  # nothing depends on it but this comparison
            return None
        if (first := self.known.previous(earlier)) is not None:
            receipt = {**receipt, **self.describe_restatement(earlier, first, receipt)}
        self.keep(earlier, receipt)
        return receipt


def update_lake(settings: Settings, contracts: dict[str, Contract]) -> LakeState:
    """Parse every active delivery that has no receipt under today's contracts, parser and secret.

    A refused file raises nothing: it is part of the result.

    Raises:
        TthcError: If rows that counted before would be lost, or if pseudonyms of two secrets would be mixed.
    """
    parser = Parser(settings, contracts)
    _refuse_two_secrets(parser.known, parser.secret, settings)
    parser.files.claim(key_id(parser.secret))
    parser.files.even_out(parser.known.counting().values())
    tried: set[int] = set()
    # If a file is refused, a duplicate of it may become active, which then has to be parsed.
    while waiting := [a for a in parser.known.classify_arrivals()["active"] if a.sequence not in tried]:
        tried.update(arrival.sequence for arrival in waiting)
        _parse_all(parser, waiting)
    _parse_all(parser, parser.of_damaged_files())
    parser.separate()
    parser.files.save()
    return parser.known.state()


def verify_lake(settings: Settings, contracts: dict[str, Contract], state: LakeState) -> LakeState:
    """Hash every lake file that counts and was not hashed today, since its rows are read now; parse damaged ones again.

    Args:
        settings: The installation.
        contracts: All contracts by source.
        state: What counts in the lake.

    Returns:
        What counts then: the same rows.

    Raises:
        TthcError: As `update_lake`.
    """
    files = LakeFiles(settings)
    damaged = [receipt["delivery"] for _, receipt in state.accepted if not files.holds_verified(receipt)]
    files.save()
    return update_lake(settings, contracts) if damaged else state


def _parse_all(parser: Parser, active: list[Arrival]) -> None:
    """Parse those of the active arrivals that have to be, small files together."""
    due = [arrival for arrival in active if not _is_done(parser, arrival)]
    number = 0
    try:
        for group in groups(due, parser.settings.read_limits):
            found = parser.parse_together([arrival for arrival in group if not _is_done(parser, arrival, parsed=True)])
            for arrival in group:
                number += 1
                _ensure_parsed(parser, arrival, found.get(arrival.sequence), (number, len(due)))
            parser.save()
    finally:
        parser.save()


def _is_done(parser: Parser, arrival: Arrival, *, parsed: bool = False) -> bool:
    """Return True if nothing is left to do for an arrival or, with `parsed`, no more than to describe what it replaced.

    An error that is of this file alone leaves it to be read again.
    """
    try:
        return _is_parsed(parser, arrival) and (parsed or _is_compared(parser, arrival))
    except Exception as error:
        if is_machine_fault(error):
            raise
        keep_trace(parser.settings, arrival.delivery.label, error)
        log.warning(say("parsed_file_unchecked", file=arrival.delivery.label, kind=type(error).__name__))
        return False


def _is_parsed(parser: Parser, arrival: Arrival) -> bool:
    """Return True if an arrival has a receipt that counts today, and its rows are in the lake."""
    receipt = parser.known.current(arrival)
    retry = receipt is not None and receipt["refused"] is not None and receipt["refused"]["code"] in RETRIED_CODES
    return receipt is not None and not retry and parser.files.holds(receipt)


def _is_compared(parser: Parser, arrival: Arrival) -> bool:
    """Return True if nothing is left to describe of what an arrival replaced.

    Bytes that return after others have a receipt already, but it does not describe what they replace this time.
    """
    known = parser.known
    earlier = known.previous(arrival)
    if earlier is None or arrival.sequence in known.purged:
        return True
    receipt = known.current(arrival)
    return receipt is not None and receipt.get("restated_sha256") == earlier.sha256


def _ensure_parsed(parser: Parser, arrival: Arrival, made: Receipt | None, progress: tuple[int, int]) -> None:
    """Parse an arrival unless only the description of what it replaced is missing, and describe that.

    Args:
        parser: The parser of the night.
        arrival: The arrival.
        made: Its receipt, if it was parsed just now.
        progress: Its number, and the number of all.
    """
    receipt, earlier = made or parser.known.current(arrival), parser.known.previous(arrival)
    if receipt is None or (made is None and not _is_done(parser, arrival, parsed=True)):
        receipt = parser.parse(arrival)
    if earlier is not None:
        receipt = {**receipt, **parser.describe_restatement(arrival, earlier, receipt)}
    parser.keep(arrival, receipt)
    _log_receipt(arrival, receipt, *progress)


def _refuse_two_secrets(known: Receipts, secret: str, settings: Settings) -> None:
    """Raise TthcError if rows whose bytes were purged have pseudonyms of another secret.

    They cannot be parsed again, and equal values would have different pseudonyms.
    """
    own = key_id(secret)
    purged = [known.newest(arrival) for arrival in known.arrivals if arrival.sequence in known.purged]
    others = [receipt for receipt in purged if receipt and receipt["files"] and receipt.get("key_id", own) != own]
    if others:
        raise TthcError("secret_changed", file=settings.key_file, count=len(others))


def _log_receipt(arrival: Arrival, receipt: Receipt, number: int, of: int) -> None:
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
