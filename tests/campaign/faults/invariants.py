"""What must hold after every fault (I1 to I6 of the reliability page): each check says in words what does not.

I1 `current` names a complete version · I2 landed bytes are kept · I3 every row accounted for · I4 the right figures ·
I5 no person outside `restricted/` · I6 errors have a code and quote no value.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pipelines.common.errors import EXIT_FAULT, EXIT_LOCKED, EXIT_PUBLISHED, EXIT_REFUSED
from pipelines.common.files import sha256_of
from pipelines.landing.rebuild_ledger import archived_arrivals
from pipelines.storage.manifest import files_match_manifest, read_manifest
from tests.campaign.faults.fixture import CANARIES, Fixture, published
from tests.campaign.faults.forked_nights import Night
from tests.conservation import unaccounted

KNOWN_ENDS = {EXIT_PUBLISHED, EXIT_FAULT, EXIT_REFUSED, EXIT_LOCKED}


def after_any_end(fixture: Fixture, warehouse: Path, done: Night) -> Iterator[str]:
    """Yield what must hold however the night ended, before anybody repairs anything."""
    current = warehouse / "current"
    if not current.is_symlink() or not files_match_manifest(current.resolve()):
        yield "I1 current does not name a complete version"
    yield from _archive_is_whole(warehouse)
    yield from no_person(warehouse)
    yield from _errors_say_what_they_may(done)


def after_recovery(fixture: Fixture, warehouse: Path, done: Night) -> Iterator[str]:
    """Yield what must hold once the next night has gone through: as if there had never been a fault."""
    if done.code != EXIT_PUBLISHED:
        yield f"the next night ended with {done.code}: {done.output[-400:]}"
        return
    yield from after_any_end(fixture, warehouse, done)
    yield from lost_rows(fixture, warehouse)
    yield from (f"I3 {trouble}" for trouble in unaccounted(warehouse))
    yield from wrong_figures(fixture, warehouse)


def wrong_figures(fixture: Fixture, warehouse: Path) -> Iterator[str]:
    """Yield published tables and files that are not what this fixture's deliveries give."""
    seen = published(warehouse)
    differing = sorted(name for name in {*seen, *fixture.outcome} if seen.get(name) != fixture.outcome.get(name))
    if differing:
        yield f"I4 other figures than without the fault: {', '.join(differing)}"


def lost_rows(fixture: Fixture, warehouse: Path) -> Iterator[str]:
    """Yield sources of which other than all delivered rows are accounted for."""
    rows = {source: counts["rows_in"] for source, counts in read_manifest(warehouse / "current")["rows"].items()}
    if rows != fixture.rows:
        yield f"I3 rows in: {rows}, delivered: {fixture.rows}"


def _archive_is_whole(warehouse: Path) -> Iterator[str]:
    for path, forgotten in archived_arrivals(warehouse / "restricted" / "archive"):
        if not forgotten and sha256_of(path) != path.name.partition("-")[2]:
            yield f"I2 archived bytes differ from their name: {path.name}"


def no_person(warehouse: Path) -> Iterator[str]:
    """Yield files outside `restricted/` in which one of the planted persons can be found."""
    outside = [str(path) for path in warehouse.iterdir() if path.name != "restricted"]
    patterns = [option for canary in CANARIES for option in ("-e", canary)]
    found = subprocess.run(["grep", "-rlaF", *patterns, "--", *outside], capture_output=True, text=True, check=False)
    yield from (f"I5 a person in {line}" for line in found.stdout.splitlines())


def _errors_say_what_they_may(done: Night) -> Iterator[str]:
    if done.code > 0 and not re.search(r"^\[\w+\]", done.output, re.MULTILINE):
        yield f"I6 ended with {done.code} and no code in words: {done.output[-300:]}"
    if done.code >= 0 and done.code not in KNOWN_ENDS:
        yield f"I6 unknown exit code {done.code}"
    yield from ("I6 a value in a message" for canary in CANARIES if canary in done.output)
