"""The JSON documents that one step of a run writes and another reads: receipt, verdict, manifest.

Belongs here: which keys they have. Does not belong here: writing and reading them (`ledger`, `manifest`, `gate`).
"""

from typing import Any, Literal, NotRequired, TypedDict


class Refusal(TypedDict):
    """Why a file was refused: the code of a message and the values that fill it."""

    code: str
    params: dict[str, Any]


class SourceCounts(TypedDict):
    """Rows of one source in one file.

    Attributes:
        reasons: How many rows were rejected for each reason.
        cleaned: How many names had a list mark that was removed; receipts of earlier releases lack it.
    """

    rows_in: int
    accepted: int
    rejected: int
    reasons: dict[str, int]
    cleaned: NotRequired[int]


class Receipt(TypedDict):
    """The result of parsing one file.

    `refused` is null for a file that was read. `made_by` and `key_id`: the parser and the secret that were used. Where
    the file replaced an earlier one, `restated_sha256` names the bytes it replaced, `restates` says by source how many
    keys changed (null if unknown) and `removals` lists the removed dossiers of each replacement (`parsing.removals`).

    Attributes:
        sources: Counts by source.
        files: Path below the lake → SHA-256.
    """

    delivery: str
    sha256: str
    refused: Refusal | None
    sources: dict[str, SourceCounts]
    files: dict[str, str]
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
    """The part of a receipt about the file that was replaced (see `Receipt`)."""

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

    Verdicts of earlier releases lack the keys that are marked as not required. `held`, `effects` and `overrides` hold
    the fields of the dataclasses of these names.
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
    """A delivery that a version was computed from."""

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
        why: Code of the finding that kept a new vintage back; null unless `kept` or `none`, as are the next two.
        params: Values that fill the message of `why`.
        since: As-of day (ISO) since which new vintages have been kept back.
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

    Manifests of earlier releases lack `open_data` and `seal`.

    Attributes:
        rows: By source, how many files and rows (`manifest.conservation`).
        files: Path → SHA-256.
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
