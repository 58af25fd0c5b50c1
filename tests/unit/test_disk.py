"""Hundreds of nights do not fill the disk: what is kept has a number, and only deliveries themselves add up.

The nights are real but for dbt, the gate's checks and Dagster's engine: deliveries, archive, lake, ledger, versions,
refused candidates, quality pages and Dagster's home are written and let go of by the functions of a night.
"""

import datetime as dt
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pipelines.common.files import fingerprint
from pipelines.contracts.model import Contract
from pipelines.landing import ingest
from pipelines.landing.ingest import ingest_deliveries
from pipelines.landing.rebuild_ledger import archived_arrivals
from pipelines.landing.retention import purge_expired
from pipelines.nightly.dagster_home import prepare_home
from pipelines.nightly.recovery import clean_up, recover
from pipelines.parsing import version
from pipelines.parsing.update_lake import update_lake
from pipelines.publish.versions import keep_refused, publish
from pipelines.reports.quality import write
from pipelines.settings import Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.ledger import open_ledger
from pipelines.storage.run_spec import RunSpec, candidate_dir
from pipelines.storage.runs import end_run
from pipelines.transform import dbt
from tests.publishable import small_candidate, small_settings

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
NIGHTS = 400
FIRST = dt.date(2024, 1, 1)
DELIVERED = {"lake", "ledger", "restricted"}


@pytest.fixture
def settings(tmp_path: Path, contracts: dict[str, Contract], monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(write, "load_contracts", lambda _: contracts)  # half of the time of a page without figures
    for module in (dbt, version):  # the code is the same all along
        monkeypatch.setattr(module, "fingerprint", cache(fingerprint))
    return small_settings(tmp_path, keep_versions=5, keep_archive_days=30)


@pytest.fixture
def judged(settings: Settings) -> Verdict:
    """Return a verdict on a candidate that is kept beside the warehouse, to be every night's."""
    _, verdict = small_candidate(settings, "model")
    candidate_dir(settings).rename(settings.warehouse_dir.with_name("model"))
    return verdict


def a_night(settings: Settings, contracts: dict[str, Contract], verdict: Verdict, number: int) -> None:
    """One night; every fourth has a delivery, every fifth is refused by the gate, every seventh breaks down."""
    day = FIRST + dt.timedelta(days=number)
    if number % 4 == 0:
        path = settings.raw_dir / "xin_loi" / day.isoformat() / "a.csv"
        path.parent.mkdir(parents=True)
        path.write_text(f"MaHoSo,NgayXinLoi,NgayHenTraLai\nH19-{number},20240430080000,\n", encoding="utf-8")
    prepare_home(settings)
    run = recover(settings)
    ingest_deliveries(settings, {"xin_loi"})
    update_lake(settings, contracts)
    plan, outcome = RunSpec("2024-12-31", f"v{number}", "H19", True, []), "failed"
    if number % 7:
        shutil.copytree(settings.warehouse_dir.with_name("model"), candidate_dir(settings))
        outcome = "published" if number % 5 else "refused"
        publish(settings, plan, verdict, "code", {}) if number % 5 else keep_refused(settings, plan, verdict)
    with open_ledger(settings.ledger_file) as ledger:
        end_run(ledger, run, outcome, version=None if outcome == "failed" else plan.version)
    purge_expired(settings, day)
    clean_up(settings)
    if outcome == "failed":  # pages of the other nights would need every table that they tell of
        write.write_quality_page(settings)


def used(folder: Path) -> dict[str, int]:
    """Return bytes per part of the warehouse."""
    return {
        part.name: sum(path.lstat().st_size for path in [part, *part.rglob("*")] if path.is_file())
        for part in folder.iterdir()
    }


def test_what_is_kept_stops_growing(settings: Settings, contracts: dict[str, Contract], judged: Verdict) -> None:
    most: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}  # in the first half, in the second
    for number in range(1, NIGHTS + 1):
        a_night(settings, contracts, judged, number)
        if number > NIGHTS // 4 and number % 9 == 0:
            most[number > NIGHTS * 5 // 8] |= Counter(used(settings.warehouse_dir))
    early, late = most[False], most[True]
    assert {"versions", "refused", "quality", "dagster"} <= late.keys()
    assert {part for part in late if late[part] > 1.15 * early[part] + 4_096} <= DELIVERED
    growth = sum(late[part] - early[part] for part in DELIVERED) / (NIGHTS * 3 / 8)
    assert growth < 12_000  # one small Parquet file and a few lines for each delivery
    assert len(list(settings.versions_dir.iterdir())) == 5
    originals = [path for path, is_gone in archived_arrivals(settings.restricted_dir / "archive") if not is_gone]
    assert 0 < len(originals) < 12
