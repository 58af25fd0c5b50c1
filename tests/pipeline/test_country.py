"""Several provinces for real: what one publishes adds up to itself; two run at a time, and add up."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.country.provinces import Installation, load_installation
from pipelines.country.rollup_version import roll_up
from pipelines.sample import write_province
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.manifest import files_match_manifest
from tests.campaign.faults.fixture import small_registers
from tests.conftest import FIXED, Night

pytestmark = pytest.mark.slow
SECOND, NAME = "H99", "Sông Thử"


def derive_province(registers: Path, code: str = SECOND, name: str = NAME) -> str:
    """Write registers of a made-up province like Đồng Nai, with codes and a name of its own; return its folder."""
    folder = f"tinh-{code.lower()}"
    shutil.copytree(registers / "dong-nai", registers / folder)
    for path in (registers / folder).rglob("*"):
        if path.suffix in (".csv", ".yml"):
            text = path.read_text(encoding="utf-8").replace("H19", code).replace("Đồng Nai", name)
            path.write_text(text, encoding="utf-8")
    return folder


def country(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `tthc country`, not forked: it starts the nights itself."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines", "country", *arguments], env={**os.environ, **FIXED, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def installation_of(folder: Path, registers: Path, entries: dict[str, str], **settings: object) -> Installation:
    lines = [f"folder: {folder / 'country'}", "memory: 8GiB", "provinces:",
             *(f"  {code}: {{{entry}}}" for code, entry in entries.items())]  # fmt: skip
    path = folder / "provinces.yml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_installation(Settings(registers_dir=registers, provinces_file=path, **settings))  # type: ignore[arg-type]


def test_a_country_of_one_province_has_the_figures_of_that_province(night: Night, tmp_path: Path) -> None:
    """Of closed calendar periods, of the province and of its levels; and both forms II.06a are the same."""
    entry = f"registers: dong-nai, raw: '{night.raw}', warehouse: '{night.warehouse}'"
    installation = installation_of(tmp_path, night.registers, {"H19": entry})
    outcome = roll_up(installation)
    assert outcome.rows["chi-tieu-toan-quoc.csv"] > 1_000
    with duckdb.connect() as connection:
        places = {"c": installation.country_settings.current_link, "p": night.current}
        for name, folder in places.items():
            connection.execute(f"attach '{folder / 'tthc.duckdb'}' as {name} (read_only)")
        differing = connection.execute("""
            select * from c.marts.indicator_totals t
            join p.marts.indicator_values v on (v.indicator_code, v.rule, v.period_code, v.unit_level)
                = (t.indicator_code, t.rule, t.period_code, t.unit_level)
                and v.scope = if(t.scope = 'country', 'province', 'level')
            where (t.numerator, t.denominator) is distinct from (v.numerator, v.denominator)
        """).fetchall()
        forms = connection.execute("""
            select count(*), count(*) filter (where t.received_total = h.received_total
                and t.open_overdue = h.open_overdue and t.resolved_on_time = h.resolved_on_time
                and t.carried_over = h.carried_over)
            from c.marts.handling_totals t
            join p.marts.handling_status h on (h.period_code, h.unit_level) = (t.period_code, t.unit_level)
                and h.scope = if(t.scope = 'country', 'province', 'level')
        """).fetchone()
        kinds = connection.execute("select distinct length(period_code) from c.marts.indicator_totals").fetchall()
    assert differing == []
    assert forms is not None and forms[0] == forms[1] > 30
    assert sorted(kinds) == [(4,), (7,)]  # years, months and quarters, no report period


@pytest.mark.campaign
def test_two_provinces_run_at_a_time_and_add_up(tmp_path: Path, parsed_models: Path) -> None:
    registers = tmp_path / "registers"
    small_registers(registers)
    folders = {"H19": "dong-nai", SECOND: derive_province(registers)}
    entries = {}
    for number, (code, folder) in enumerate(folders.items()):
        raw, warehouse = tmp_path / code / "raw", tmp_path / code / "kho"
        write_province(raw, 1_000, seed=number, faults=False, registers=registers, province=folder)
        shutil.copytree(parsed_models, warehouse / "dbt")
        entries[code] = f"registers: {folder}, raw: {raw}, warehouse: {warehouse}, memory: 4GiB"
    entries["H98"] = f"registers: none, raw: {tmp_path}/x/raw, warehouse: {tmp_path}/x/kho"
    installation = installation_of(tmp_path, registers, entries)
    environment = {"TTHC_PROVINCES_FILE": str(installation.file), "TTHC_REGISTERS_DIR": str(registers)}
    done = country("run", "--rollup", "--json", **environment)
    nights = {night["code"]: night for night in json.loads(done.stdout)}
    assert {code: night["outcome"] for code, night in nights.items()} == {
        "H19": "published", SECOND: "published", "H98": "not_started",
    }  # fmt: skip
    assert done.returncode == 2  # the worst of 0, 0 and 2
    for code in folders:
        assert files_match_manifest(installation.settings_of(code).current_link.resolve())
    with duckdb.connect(str(installation.country_settings.current_link / "tthc.duckdb"), read_only=True) as connection:
        (sums,) = connection.execute("""
            select bool_and(t.numerator = a.numerator and t.denominator is not distinct from a.denominator)
            from marts.indicator_totals t join (
                select indicator_code, rule, period_code, scope, unit_level, sum(numerator) as numerator,
                    if(bool_and(is_share), sum(denominator), null) as denominator
                from marts.contributions where why_not is null group by all
            ) a using (indicator_code, rule, period_code, scope, unit_level)
        """).fetchall()
        both = connection.execute("select max(province_count), any_value(missing_provinces) from marts.handling_totals")
        assert sums == (True,) and both.fetchone() == (2, "H98")
    status = country("status", "--json", **environment)
    rows = json.loads(status.stdout)
    assert status.returncode == 1 and [row["code"] for row in rows["provinces"] if row["error"]] == ["H98"]
    assert [one["code"] for one in rows["country"]["added"]] == [*folders]


def test_registers_of_a_made_up_province_name_no_other(tmp_path: Path) -> None:
    shutil.copytree(PROJECT_DIR / "registers" / "dong-nai", tmp_path / "dong-nai")
    folder = tmp_path / derive_province(tmp_path)
    assert not [path for path in folder.rglob("*.csv") if "H19" in path.read_text(encoding="utf-8")]
