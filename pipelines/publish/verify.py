"""The last look before the switch: the verdict is derived anew and held against what lies on disk at this moment.

Belongs here: everything that could let a candidate through that the gate did not pass as it is now. Does not belong
here: checking the candidate's content (the gate), moving it (`versions`).
"""

from collections.abc import Iterator

from pipelines.common.duckdb import connect
from pipelines.common.errors import CandidateRefused
from pipelines.common.files import sha256_of
from pipelines.gate.results import GateResult
from pipelines.gate.suites import SuiteError, suites_on_disk
from pipelines.settings import Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.run_spec import candidate_file


def verify_verdict(settings: Settings, version: str, gate: Verdict) -> None:
    """Raise CandidateRefused unless the verdict is a pass of these very bytes under these very suites.

    It must also cover exactly the tables that would be published. The error says which of it does not hold.
    """
    doubts = list(_doubts(settings, gate))
    if doubts:
        raise CandidateRefused("verdict_refused", version=version, why=", ".join(doubts))


def _doubts(settings: Settings, gate: Verdict) -> Iterator[str]:
    """Yield codes of what does not hold; a verdict that cannot be read is one, and then the rest is not asked."""
    try:
        verdict = GateResult.from_dict(gate)
    except (KeyError, TypeError, AttributeError):
        yield "verdict_unreadable"
        return
    # What the verdict says of itself is not enough: a failed check may stand under a cheerful headline.
    if gate.get("success") is not True or not verdict.success:
        yield "checks_failed"
    if verdict.candidate_sha256 != sha256_of(candidate_file(settings)):
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
