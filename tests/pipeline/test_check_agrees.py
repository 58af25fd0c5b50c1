"""`tthc check` of a landing folder says of every file and source what the night made of it."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.contracts.model import load_contracts
from pipelines.dry_run.check import DryRun
from pipelines.dry_run.places import FileRequest
from pipelines.landing.discover import today_at_home
from tests.conftest import Night

pytestmark = pytest.mark.slow


def test_what_is_said_before_delivery_is_what_the_night_did(night: Night) -> None:
    contracts, today = load_contracts(night.settings.contracts_dir), today_at_home()
    places = FileRequest(contracts, None, today, today).places([night.raw])
    checking = DryRun(contracts, night.settings, None)
    code = checking.run(places, lambda *_: None)
    said: dict[tuple[str, str], Counter[Any]] = {}
    refused = set()
    for report in checking.reports:
        label = "/".join(Path(report.file).parts[-3:])
        if report.refused:
            refused.add(label)
        for source, counts in report.counts.items():
            rejected, superseded = counts["rejected"], report.superseded.get(source, 0)
            said[source, label] = Counter(rows_in=counts["rows_in"], rejected=rejected, superseded=superseded)
    with duckdb.connect(str(night.current / "tthc.duckdb"), read_only=True) as db:
        rows = db.execute(
            "select status, source, concat_ws('/', delivered_as, business_day, file_name), rows_in, rows_rejected,"
            " rows_superseded from marts.deliveries where status in ('accepted', 'refused')"
        ).fetchall()
    assert refused == {label for status, _, label, *_ in rows if status == "refused"} and code == 6
    done = {
        (source, label): Counter(rows_in=rows_in, rejected=rejected, superseded=superseded)
        for status, source, label, rows_in, rejected, superseded in rows
        if status == "accepted"
    }
    # A copy under another name is a delivery that the night counts once; the check is given both.
    assert said.keys() >= done.keys()
    differing = {key: (dict(said[key]), dict(done[key])) for key in done if said[key] != done[key]}
    assert differing == {}
    assert sum(counts["rejected"] for counts in done.values()) > 20


def test_the_reasons_are_the_nights(night: Night) -> None:
    done = night.tthc("check", str(night.raw), TTHC_LANG="en")
    assert done.returncode == 6 and "Traceback" not in done.stderr
    assert not re.search(r"next run|the night|tthc run", done.stdout)
    for reason in ("unknown_unit", "unknown_procedure", "conflict"):
        assert f"· {reason} ·" in done.stdout
