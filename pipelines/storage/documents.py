"""The JSON documents that one step of a run writes and another reads: receipt, verdict, manifest.

Belongs here: which keys they have. Does not belong here: writing and reading them (`ledger`, `manifest`, `gate`). Keys
that documents of earlier releases lack are marked as not required.
"""

from typing import Any, Literal, NotRequired, TypedDict


class Refusal(TypedDict):
    """Why a file was refused: the code of a message, and the values of its placeholders."""

    code: str
    params: dict[str, Any]


class SourceCounts(TypedDict):
    """Rows of one source in one file.

    Attributes:
        reasons: Number of rejected rows by reason; a row may have several.
        cleaned: Number of names from which a list mark was removed.
    """

    rows_in: int
    accepted: int
    rejected: int
    reasons: dict[str, int]
    cleaned: NotRequired[int]


class Receipt(TypedDict):
    """The result of parsing one file.

    The last three keys are present only if the file replaced an earlier one, `shared` only if it is not empty.

    Attributes:
        delivery: Label of the delivery.
        sha256: Hash of its bytes.
        refused: Why it was refused; null for a file that was read.
        sources: Counts by source.
        files: SHA-256 of each file of the lake that holds its rows, by path below the lake.
        shared: For those that hold rows of other deliveries too, of how many deliveries in all.
        made_by: Version of the parser (`parsing.version`).
        key_id: Mark of the secret (`parsing.secret`).
        restates: By source, how many keys the replacement changed (`parsing.restatements`); null if unknown.
        removals: For each replacement so far, the dossiers that it removed (`parsing.removals`).
        restated_sha256: Hash of the bytes that were replaced.
    """

    delivery: str
    sha256: str
    refused: Refusal | None
    sources: dict[str, SourceCounts]
    files: dict[str, str]
    shared: NotRequired[dict[str, int]]
    made_by: NotRequired[str]
    key_id: NotRequired[str]
    restates: NotRequired[dict[str, dict[str, int]] | None]
    removals: NotRequired[list[list[list[Any]]]]
    restated_sha256: NotRequired[str]


class ReceiptOrigin(TypedDict):
    """The part of a receipt that names the parser and the secret (see `Receipt`)."""

    made_by: str
    key_id: str


class Restatement(TypedDict):
    """The part of a receipt about the file that it replaced (see `Receipt`)."""

    restates: dict[str, dict[str, int]] | None
    removals: list[list[list[Any]]]
    restated_sha256: str


class CheckVerdict(TypedDict):
    """The result of one check of a suite (`gate.results.CheckResult`)."""

    id: str
    title_vi: str
    title_en: str
    success: bool
    unexpected_count: int | None
    raised: str | None


class TableVerdict(TypedDict):
    """The result of one table's suite (`gate.results.TableResult`)."""

    table: str
    success: bool
    expected: int
    evaluated: int
    problems: list[str]
    checks: list[CheckVerdict]


class Verdict(TypedDict):
    """The verdict of the gate as JSON (`gate.results.GateResult`).

    `held`, `effects` and `overrides` hold the fields of `gate.results.Held`, `Effect` and `OverrideUse`.
    """

    success: bool
    expected: int
    evaluated: int
    candidate_sha256: str | None
    suites_sha256: str | None
    problems: list[str]
    tables: list[TableVerdict]
    compared_with: NotRequired[str | None]
    new_sources: NotRequired[list[str]]
    uncompared: NotRequired[list[str]]
    held: NotRequired[list[dict[str, Any]]]
    effects: NotRequired[list[dict[str, Any]]]
    overrides: NotRequired[list[dict[str, Any]]]
    origins: NotRequired[dict[str, list[str]]]


class Input(TypedDict):
    """A delivery that a version was computed from, by its label."""

    delivery: str
    sha256: str
    refused: bool


class Withdrawn(TypedDict):
    """The parts that a publication as of an earlier day took back: periods, names of editions, rows per table."""

    periods: list[str]
    editions: list[str]
    rows: dict[str, int]


class OpenData(TypedDict):
    """The state of a version's open data.

    Attributes:
        state: `new`; `unchanged` (the vintage before stays, as it should); `kept` (it stays because no new one is
            safe); `none` (no new one is safe, and there is none before); `stays` (the warehouse was rolled back, the
            newest edition was not); `beside` (a version that is not published has no open data).
        why: Code of the finding that kept a new vintage back; null unless `kept` or `none`.
        params: Values that fill the message of `why`.
        since: As-of day (ISO) since which new vintages have been kept back; null unless `kept` or `none`.
        before: Name of the vintage before. With the same one and the same secret another attempt finds the same.
        key_check: Mark of the secret that was used.
        withdrawn: What is no longer public; only present if the publication took something back.
    """

    state: Literal["new", "unchanged", "kept", "none", "stays", "beside"]
    why: str | None
    params: dict[str, Any]
    since: str | None
    before: str | None
    key_check: str
    withdrawn: NotRequired[Withdrawn]


class Manifest(TypedDict):
    """The contents of a version and the checks that it passed.

    Attributes:
        as_of: ISO date.
        province: Code of the province.
        synthetic: True if any input is of the synthetic province.
        code: Version of the code (`transform.specify_run.code_version`).
        rows: By source, counts of files and rows (`manifest.conservation`).
        files: SHA-256 by path below the folder of the version.
        open_data: State of the open data.
        seal: Checksum over all other keys (`common.checksums`).
    """

    version: str
    as_of: str
    province: str
    synthetic: bool
    code: str
    inputs: list[Input]
    rows: dict[str, dict[str, int]]
    gate: Verdict
    files: dict[str, str]
    open_data: NotRequired[OpenData]
    seal: NotRequired[str]
