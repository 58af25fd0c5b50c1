"""Final verification before publication: the verdict is derived again and compared with the files on disk.

Belongs here: checks that the verdict is a pass of exactly this candidate under exactly these suites. Does not belong
here: checking the candidate's content (`gate`), moving it (`versions`).
"""

from collections.abc import Iterator

from pipelines.common.duckdb import connect
from pipelines.common.errors import CandidateRefused
from pipelines.common.files import sha256_once
from pipelines.gate.results import GateResult
from pipelines.gate.suites import SuiteError, suites_on_disk
from pipelines.settings import Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.run_spec import candidate_file


def verify_verdict(settings: Settings, version: str, gate: Verdict) -> None:
    """Raise CandidateRefused unless the verdict passes exactly these bytes, under these suites, for all tables.

    Args:
        settings: The installation; the candidate is that of the run under way.
        version: Name of the version, for the error.
        gate: The verdict to verify.

    Raises:
        CandidateRefused: With the codes of all conditions that do not hold.
    """
    doubts = list(_doubts(settings, gate))
    if doubts:
        raise CandidateRefused("verdict_refused", version=version, why=", ".join(doubts))


def _doubts(settings: Settings, gate: Verdict) -> Iterator[str]:
    """Yield the code of each condition that does not hold; after an unreadable verdict no other is checked."""
    try:
        verdict = GateResult.from_dict(gate)
    except (KeyError, TypeError, AttributeError):
        yield "verdict_unreadable"
        return
    # The verdict's own `success` is not enough: its checks must all have passed.
    if gate.get("success") is not True or not verdict.success:
        yield "checks_failed"
    if verdict.candidate_sha256 != sha256_once(candidate_file(settings)):
        yield "other_candidate"
    checked = sorted(table.table for table in verdict.tables)
    try:
        with_suite, sha256 = suites_on_disk(settings.expectations_dir)
    except SuiteError:
        yield "suites_unreadable"
        return
    if verdict.suites_sha256 != sha256:
        yield "other_suites"
    if checked != sorted(with_suite) or checked != _tables(settings):
        yield "other_tables"


def _tables(settings: Settings) -> list[str]:
    """Return names of the tables that the candidate would publish."""
    with connect(settings, candidate_file(settings), read_only=True) as connection:
        rows = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    return sorted(name for (name,) in rows)
