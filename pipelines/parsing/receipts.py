"""The parsing results so far: which receipt counts for which arrival, and what therefore counts in the lake today.

Belongs here: reading the receipts of the ledger under today's contracts, parser and secret. Does not belong here:
parsing (`update_lake`), and the shape of a receipt (`storage.documents`).
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipelines.parsing.parse_file import parse_key
from pipelines.parsing.secret import load_key
from pipelines.parsing.version import parser_version
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt
from pipelines.storage.ledger import Arrival, arrivals, classify_arrivals, open_ledger, purged_arrivals, receipts
from pipelines.storage.ledger_contents import contents_version


@dataclass(frozen=True)
class LakeState:
    """The arrivals that count today, and those that do not.

    Attributes:
        parsed: Active arrivals with their receipts, refused ones included.
        duplicate: Arrivals with the same bytes as an active one (`ledger.classify_arrivals`).
        restated: Arrivals that a newer one replaced.
        made_by: Today's version of the parser (`version.parser_version`).
    """

    parsed: list[tuple[Arrival, Receipt]]
    duplicate: list[Arrival]
    restated: list[Arrival]
    made_by: str = ""

    @cached_property
    def accepted(self) -> list[tuple[Arrival, Receipt]]:
        """Active arrivals that were not refused."""
        return [(arrival, receipt) for arrival, receipt in self.parsed if receipt["refused"] is None]

    def totals(self, source: str) -> dict[str, int]:
        """Return row counts of one source over all deliveries: rows_in, accepted and rejected by parsing."""
        counts = [receipt["sources"][source] for _, receipt in self.parsed if source in receipt["sources"]]
        return {
            "rows_in": sum(count["rows_in"] for count in counts),
            "accepted": sum(count["accepted"] for count in counts),
            "rejected": sum(count["rejected"] for count in counts),
        }


class Receipts:
    """The receipts of all arrivals under today's contracts, parser and secret.

    Arrivals whose bytes were purged cannot be parsed again: their newest receipt counts, whatever made it.

    Attributes:
        made_by: Today's version of the parser.
        arrivals: All arrivals in the order in which they came.
        purged: The `sequence` of arrivals whose bytes are no longer kept.
    """

    def __init__(self, settings: Settings, secret: str | None = None) -> None:
        self.made_by = parser_version(settings, secret if secret is not None else load_key(settings.key_file))
        with open_ledger(settings.ledger_file) as ledger:
            self.arrivals = arrivals(ledger)
            self._by_key, self.purged = receipts(ledger), purged_arrivals(ledger)
        self._keys = _keys_of(self.made_by)
        self._groups: dict[str, list[Arrival]] | None = None
        self._state: LakeState | None = None

    @cached_property
    def _newest(self) -> dict[tuple[str, str], Receipt]:
        return {(receipt["delivery"], receipt["sha256"]): receipt for receipt in self._by_key.values()}

    @cached_property
    def _previous(self) -> dict[int, Arrival]:
        return _previous(self.arrivals)

    def key(self, arrival: Arrival) -> str:
        """Return the key of an arrival's receipt under today's contracts, parser and secret."""
        known = self._keys.get(arrival.sequence)
        if known is None or known[0] is not arrival:
            known = self._keys[arrival.sequence] = arrival, parse_key(arrival, self.made_by)
        return known[1]

    def current(self, arrival: Arrival) -> Receipt | None:
        """Return the receipt that counts today, or None if the file has to be parsed."""
        if arrival.sequence in self.purged:
            return self.newest(arrival)
        return self._by_key.get(self.key(arrival))

    def previous(self, arrival: Arrival) -> Arrival | None:
        """Return the arrival that this one replaces: the last one before it of the same delivery, or None."""
        return self._previous.get(arrival.sequence)

    def newest(self, arrival: Arrival) -> Receipt | None:
        """Return the newest receipt of these bytes under any contracts, parser and secret, or None."""
        return self._newest.get((arrival.delivery.label, arrival.sha256))

    def add(self, arrival: Arrival, receipt: Receipt) -> None:
        """Add the receipt of an arrival that was just parsed; the ledger is not written."""
        self._groups = self._state = None
        self._by_key[self.key(arrival)] = receipt
        if "_newest" in self.__dict__:
            self._newest[arrival.delivery.label, arrival.sha256] = receipt

    def is_refused(self, arrival: Arrival) -> bool:
        """Return True if the file was parsed and refused."""
        receipt = self.current(arrival)
        return receipt is not None and receipt["refused"] is not None

    def classify_arrivals(self) -> dict[str, list[Arrival]]:
        """Return the arrivals by `ledger.classify_arrivals`, with the refusals that are known so far."""
        if self._groups is None:
            self._groups = classify_arrivals(self.arrivals, self.is_refused)
        return self._groups

    def state(self) -> LakeState:
        """Return what counts today, without deliveries that have not been parsed yet."""
        if self._state is None:
            groups = self.classify_arrivals()
            active = [(arrival, self.current(arrival)) for arrival in groups["active"]]
            parsed = [(arrival, receipt) for arrival, receipt in active if receipt is not None]
            self._state = LakeState(parsed, groups["duplicate"], groups["restated"], self.made_by)
        return self._state

    def counting(self) -> dict[str, Receipt]:
        """Return the receipts of the deliveries that count and were not refused, by their key."""
        return {self.key(arrival): receipt for arrival, receipt in self.state().accepted}


def _previous(everything: list[Arrival]) -> dict[int, Arrival]:
    """Return, by the `sequence` of each arrival that replaced another one, the one that it replaced."""
    newest: dict[str, Arrival] = {}
    found: dict[int, Arrival] = {}
    for arrival in everything:
        label = arrival.delivery.label
        if label in newest:
            found[arrival.sequence] = newest[label]
        newest[label] = arrival
    return found


@lru_cache(maxsize=1)
def _keys_of(made_by: str) -> dict[int, tuple[Arrival, str]]:
    """Return where keys under this version of the parser are kept, by `sequence`, each with the arrival that it is of.

    Computing them anew for each look at the receipts takes most of its time.
    """
    return {}


@lru_cache(maxsize=1)
def _latest() -> dict[object, LakeState]:
    return {}


def lake_state(settings: Settings) -> LakeState:
    """Return what counts today according to the ledger, without deliveries that have not been parsed yet."""
    made_by = parser_version(settings, load_key(settings.key_file))
    with open_ledger(settings.ledger_file) as ledger:
        version = made_by, contents_version(ledger)
    found = _latest().get(version)
    if found is None:
        _latest().clear()
        found = _latest()[version] = Receipts(settings).state()
    return found
