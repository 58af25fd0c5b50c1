"""Make a vintage: open data stay unchanged until a period closes; then a new vintage lists all revisions.

Belongs here: whether a new vintage is due, and making it in the order count, protect, attack, write, audit, describe,
with `vintage.json` and `audit.json`. Does not belong here: the steps themselves (the other modules), reading a vintage
(`vintage_store`).
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.duckdb import connect
from pipelines.common.errors import TthcError
from pipelines.common.files import fingerprint, link_tree, sha256_of
from pipelines.common.sql import quote_text, read_sql
from pipelines.open_data.audit import audit_names, audit_vintage
from pipelines.open_data.disclosure.breakdowns import count_breakdowns
from pipelines.open_data.disclosure.case_keys import create_key_table, key_check
from pipelines.open_data.disclosure.cell_history import load_history, save_history
from pipelines.open_data.disclosure.counts import count_opinions
from pipelines.open_data.disclosure.run_attacks import AttackSummary, run_disclosure_attacks
from pipelines.open_data.disclosure.suppress import create_cell_tables, create_figure_table
from pipelines.open_data.files import write_checksums, write_tables
from pipelines.open_data.metadata.write import describe, write_descriptions
from pipelines.open_data.method import write_method
from pipelines.open_data.revisions import changes_page, flag_revisions
from pipelines.open_data.tables import create_published_tables
from pipelines.open_data.vintage_store import (
    AUDIT_FILE,
    CHANGES_FILE,
    Essence,
    Vintage,
    VintageHead,
    may_remain,
    read_vintage,
    seal_vintage,
)
from pipelines.registers.disclosure import RULES_FILE, DisclosureRules, load_rules
from pipelines.registers.model import Province, load_province
from pipelines.registers.publication import REGISTER_FILE, PublicationRegister, load_register
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.run_spec import RunSpec, workspace_file

Connection = duckdb.DuckDBPyConnection
# The first file of the folder, however it is sorted.
SYNTHETIC_NOTICE = "00-DU-LIEU-TONG-HOP--SYNTHETIC.txt"
SYNTHETIC = """\
Mọi con số ở đây là dữ liệu tổng hợp do máy tạo ra, không phải số liệu của tỉnh.
Every figure here is synthetic; none describes the real province.
"""
CLOSED = "select period_code, start_date::date, end_date::date from tthc.marts.dim_period where is_closed order by all"


@dataclass(frozen=True)
class VintageBuild:
    """Everything that the steps of making a vintage share."""

    connection: Connection
    settings: Settings
    run_spec: RunSpec
    register: PublicationRegister
    rules: DisclosureRules
    province: Province


def write_vintage(settings: Settings, run_spec: RunSpec, candidate_file: Path, previous: Path | None,
                  folder: Path) -> dict[str, int]:  # fmt: skip
    """Write the open data of a candidate warehouse: the vintage before if it remains valid, or a new one.

    The vintage before remains valid if no period has closed since and the rules are the same.

    Args:
        settings: The installation.
        run_spec: What the run computes.
        candidate_file: The candidate's database.
        previous: Folder of the newest edition; None if there is none.
        folder: Where the files are written.

    Returns:
        Rows per CSV file.

    Raises:
        TthcError: If the audit finds anything; then nothing may be published.
    """
    country = settings.country_dir
    register, rules = load_register(country), load_rules(country)
    province = load_province(settings.province_dir)
    scratch = settings.work_dir / "open-data.duckdb"
    scratch.unlink(missing_ok=True)
    try:
        with connect(settings, scratch) as connection:
            connection.execute("set enable_progress_bar = false")
            connection.execute(f"attach {quote_text(str(candidate_file))} as tthc (read_only)")
            essence = _essence(connection, settings, run_spec, province)
            before = read_vintage(previous)
            if before is not None and previous is not None and _stays(settings, before, essence):
                link_tree(previous, folder)
                return before["rows"]
            if before is not None and before["essence"]["key_check"] != essence["key_check"]:
                # Rounded again under another secret, the two vintages together would reveal more than either.
                raise TthcError("disclosure_audit", findings="secret")
            build = VintageBuild(connection, settings, run_spec, register, rules, province)
            return _new_vintage(build, essence, before, previous, folder)
    finally:
        scratch.unlink(missing_ok=True)  # exact counts and keys


def _stays(settings: Settings, before: Vintage, essence: Essence) -> bool:
    """Return True if the vintage before remains public.

    That is so if nothing it depends on has changed, or if the candidate is as of an earlier day and has fewer closed
    periods, unless the operator asked to withdraw the later ones (`--publish`).
    """
    goes_back = (_until(essence) or "") < (before.get("closed_until") or "")
    return may_remain(before, essence) or (goes_back and not settings.publish)


def _until(essence: Essence) -> str | None:
    """Return the last day (ISO) of the closed periods; null if no period is closed."""
    return max((str(end) for *_, end in essence["closed_periods"]), default=None)


def _essence(connection: Connection, settings: Settings, run_spec: RunSpec, province: Province) -> Essence:
    """Return everything that a vintage depends on except the figures; while it is equal, the published one remains."""
    country = settings.country_dir
    periods = [[code, str(start), str(end)] for code, start, end in connection.execute(CLOSED).fetchall()]
    return {
        "closed_periods": periods,
        "register": sha256_of(country / REGISTER_FILE),
        "rules": sha256_of(country / RULES_FILE),
        "code": fingerprint(PROJECT_DIR / "pipelines" / "open_data"),
        "province": run_spec.province,
        "place": province.name.model_dump(),
        "publisher": province.publisher.model_dump(),
        "synthetic": run_spec.is_synthetic,
        "public_url": settings.public_url,
        "key_check": key_check(settings.key_file),
    }


def _new_vintage(build: VintageBuild, essence: Essence, before: Vintage | None, previous: Path | None,
                 folder: Path) -> dict[str, int]:  # fmt: skip
    connection, settings, register, rules = build.connection, build.settings, build.register, build.rules
    create_key_table(connection, settings.key_file)
    count_opinions(connection, rules)
    count_breakdowns(connection, rules.sensitive)
    create_cell_tables(connection, rules, list(register.code_list("kenh").names))
    if not load_history(connection, settings, rules, before["vintage"] if before else None):
        # Without the history it is unknown whether protected tables may change: a single late case might be revealed.
        raise TthcError("disclosure_audit", findings="memory")
    create_figure_table(connection, rules)
    summary = run_disclosure_attacks(connection, rules)
    create_published_tables(connection, register, rules)
    changes = flag_revisions(connection, register, previous) if before is not None and previous is not None else []
    rows = write_tables(connection, register, folder, synthetic=build.run_spec.is_synthetic)
    audit_vintage(connection, register, rules, folder, workspace_file(settings))
    synthetic = build.run_spec.is_synthetic
    figures = audit_figures(connection, summary, rules, compared=before is not None, synthetic=synthetic)
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    until = _until(essence)
    # The name follows from the tables and everything they depend on, so no two editions share one. Descriptions contain
    # the name, so their hashes are kept apart.
    digest = hashlib.sha256(json.dumps([files, essence], sort_keys=True).encode()).hexdigest()
    vintage = f"{until}-{digest[:12]}"
    write_method(folder, register, rules, figures, synthetic=synthetic, until=str(until))
    notice = SYNTHETIC if synthetic else ""
    page = changes_page(vintage, before["vintage"] if before else None, changes, rules.thaw, notice)
    (folder / CHANGES_FILE).write_text(page, encoding="utf-8")
    if synthetic:
        (folder / SYNTHETIC_NOTICE).write_text(SYNTHETIC, encoding="utf-8")
    text = json.dumps(figures, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / AUDIT_FILE).write_text(text + "\n", encoding="utf-8")
    issued = build.run_spec.as_of if before is None else before.get("issued", build.run_spec.as_of)
    head: VintageHead = {
        "vintage": vintage, "before": before["vintage"] if before else None, "closed_until": until,
        "essence": essence, "changes": len(changes), "rows": rows, "files": files,
        "issued": issued, "modified": build.run_spec.as_of,
    }  # fmt: skip
    description = describe(register, build.province, head, folder, settings.public_url)
    descriptions = write_descriptions(connection, register, description, folder)
    write_checksums(folder)
    audit_names(register, folder)
    seal_vintage(folder, {**head, "descriptions": descriptions})
    save_history(connection, settings, vintage, before["vintage"] if before else None)
    return rows


def audit_figures(
    connection: Connection, summary: AttackSummary, rules: DisclosureRules, *, compared: bool, synthetic: bool
) -> dict[str, Any]:
    """Return the published figures of the audit (`audit.json`): counts of cells, hidden figures and attacks.

    Args:
        connection: The scratch database with table `figure`.
        summary: The summary of the attacks.
        rules: The disclosure rules.
        compared: True if there was a vintage before.
        synthetic: True if the data are not real.
    """
    names = ("cells", "shown", "small", "hidden_too")
    row = connection.execute(read_sql(__package__, "sql/figure_counts")).fetchone() or (0, 0, 0, 0)
    return {
        "rule": rules.name, **dict(zip(names, row, strict=True)), "subjects": summary.subjects,
        "attacked": summary.attacked, "narrow": summary.narrow, "programs": summary.solved,
        "narrowest": rules.narrowest, "synthetic": synthetic, "held_against_the_vintage_before": compared,
    }  # fmt: skip
