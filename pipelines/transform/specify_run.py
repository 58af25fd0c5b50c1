"""Decides what a run computes: its as-of day, its inputs, and the name of the version that follows from them.

Belongs here: everything that makes one version differ from another, code and libraries included. Does not belong here:
the shape of the specification (`storage.run_spec`), and building the database for it (`workspace`).
"""

import hashlib
import json
from importlib.metadata import version

from pipelines.common.errors import TthcError
from pipelines.common.files import fingerprint
from pipelines.contracts.model import Contract
from pipelines.parsing.receipts import LakeState
from pipelines.parsing.version import code_and_libraries
from pipelines.registers.model import load_province
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.documents import Input, Receipt
from pipelines.storage.ledger import Arrival
from pipelines.storage.run_spec import RunSpec

# Libraries that compute or publish: another release of them may give another result.
ENGINES = ("dbt-core", "dbt-duckdb", "duckdb", "highspy", "jinja2", "scipy", "vl-convert-python", "xlsxwriter")
REGISTERS = ("*.csv", "*.yml")


def code_version(settings: Settings) -> str:
    """Return a hash of all that decides the result for given inputs: code, models, registers, checks and libraries."""
    dbt = settings.dbt_project_dir
    files = fingerprint(PROJECT_DIR / "pipelines", settings.contracts_dir, settings.expectations_dir, dbt / "models",
                        dbt / "macros")  # fmt: skip
    # Word templates of reports lie beside the registers and decide no figure.
    registers = [fingerprint(settings.registers_dir, names=names) for names in REGISTERS]
    engines = [f"{name} {version(name)}" for name in ENGINES]
    return hashlib.sha256(json.dumps([files, registers, code_and_libraries(), engines]).encode()).hexdigest()


def build_run_spec(
    settings: Settings, contracts: dict[str, Contract], state: LakeState, published: str | None = None
) -> RunSpec:
    """Return what this run computes, and the name of the version that follows from it.

    Args:
        settings: Where registers lie, and the as-of day if one was requested.
        contracts: All contracts by source.
        state: What counts in the lake.
        published: The as-of day (ISO) of the published version, None if there is none.

    Raises:
        TthcError: If an obligatory source was never delivered.
    """
    read = {arrival.delivery.source for arrival, _ in state.accepted}
    absent = [source for source, contract in contracts.items() if contract.obligatory and source not in read]
    if absent:
        raise TthcError("obligatory_missing", sources=", ".join(absent), folder=settings.raw_dir)
    dossiers = [(arrival, receipt) for arrival, receipt in state.accepted if arrival.delivery.source == "ho_so"]
    # If every day was withdrawn, the newest counts, without rows; the gate decides whether that may be published.
    valid = [entry for entry in dossiers if not _is_withdrawn(*entry, published)] or dossiers
    as_of = (settings.as_of or max(arrival.delivery.business_day for arrival, _ in valid)).isoformat()
    inputs: list[Input] = [
        {"delivery": arrival.delivery.label, "sha256": arrival.sha256, "refused": bool(receipt["refused"])}
        for arrival, receipt in state.parsed
    ]
    province = load_province(settings.province_dir).code
    # Without file names: a copy under another name changes nothing, so it makes no new version. A refusal that may
    # succeed another night, and the result of an earlier parser for bytes that were purged, are another content.
    content = sorted(
        [
            a.delivery.source,
            a.delivery.business_day.isoformat(),
            a.sha256,
            *_deviations(receipt, state.made_by),
        ]
        for a, receipt in state.parsed
    )
    # Descriptions and pages contain the public address, if there is one.
    address = [settings.public_url] if settings.public_url else []
    identity = json.dumps([as_of, province, content, code_version(settings), *address])
    name = f"{as_of}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    return RunSpec(as_of, name, province, any(a.delivery.is_synthetic for a, _ in state.parsed), inputs)


def _is_withdrawn(arrival: Arrival, receipt: Receipt, published: str | None) -> bool:
    """Return True for a delivery of a day after the published one that was replaced by a file without rows.

    Such a day was delivered by mistake and is no as-of day. A day that was published stays one: an empty file for it is
    held by the gate.
    """
    is_new = arrival.delivery.business_day.isoformat() > (published or "")
    replaced = "restated_sha256" in receipt
    return is_new and replaced and not any(counts["rows_in"] for counts in receipt["sources"].values())


def _deviations(receipt: Receipt, made_by: str) -> list[str]:
    """Return in which ways a result differs from that of the same bytes under today's parser; usually empty."""
    refusal = receipt["refused"]["code"] if receipt["refused"] else None
    earlier = receipt.get("made_by") if receipt.get("made_by") != made_by else None
    return [deviation for deviation in (refusal, earlier) if deviation]
