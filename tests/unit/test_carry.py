"""When a run may carry rows over from the published version, and when it computes everything instead."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.contracts.model import Contract, load_contracts
from pipelines.parsing.receipts import LakeState
from pipelines.settings import Settings
from pipelines.storage import kept_workspace as kept_module
from pipelines.storage.delivery import Delivery
from pipelines.storage.documents import Receipt
from pipelines.storage.kept_workspace import keep_workspace, kept_database, kept_tables, kept_workspace
from pipelines.storage.ledger import Arrival
from pipelines.storage.manifest import file_hashes
from pipelines.storage.run_spec import RunSpec, workspace_file
from pipelines.transform import carry
from pipelines.transform.carry import Carried, days, deliveries, find_carried

FIRST, SECOND, THIRD = (dt.date(2024, 6, day) for day in (3, 4, 5))
KEPT = """
    create schema state; create schema registers;
    create table state.base_don_vi as select 'accepted' as disposition, 'H19.01' as MaDonVi, 'Sở Tư pháp' as TenDonVi;
    create table registers.unit_change (changed_on date);
"""
TABLES = "create schema marts; create table marts.dim_unit (valid_from date, valid_to date)"


def arrived(source: str, day: dt.date, sha: str = "a", refused: bool = False) -> tuple[Arrival, Receipt]:
    """Return a file of a source as it counts in the lake."""
    delivery = Delivery(source, day, "x.csv")
    counts: Any = {source: {"rows_in": 1, "accepted": 1, "rejected": 0, "reasons": {}}}
    receipt: Receipt = {
        "delivery": delivery.label, "sha256": sha, "refused": {"code": "x", "params": {}} if refused else None,
        "sources": {} if refused else counts, "files": {},
    }  # fmt: skip
    return Arrival(delivery, sha, 1, None, "x"), receipt


@pytest.fixture
def contracts() -> dict[str, Contract]:
    return load_contracts(Settings().contracts_dir)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return an installation whose published version v1 has a dossier file of the first day and a kept workspace."""
    monkeypatch.setattr(carry, "code_version", lambda _: "code")
    found = Settings(warehouse_dir=tmp_path)
    found.work_dir.mkdir(parents=True)
    with duckdb.connect(str(workspace_file(found))) as connection:
        connection.execute(KEPT)
    spec = RunSpec("2024-06-03", "v1", "H19", False, [])
    keep_workspace(found, spec, "code", "parser", deliveries(LakeState([arrived("ho_so", FIRST)], [], [])))
    database = found.versions_dir / "v1" / "tthc.duckdb"
    database.parent.mkdir(parents=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
    publish(found)
    return found


def test_what_lies_in_a_log_beside_the_workspace_is_kept_too(settings: Settings, tmp_path: Path) -> None:
    """A process that ends without closing its database leaves what it wrote last in the log."""
    made = tmp_path / "made.duckdb"
    with duckdb.connect(str(made), config={"wal_autocheckpoint": "1GB"}) as connection:
        connection.execute("create table counted as from range(3)")
        log = made.with_name(f"{made.name}.wal")
        assert log.exists()
        shutil.copyfile(made, workspace_file(settings))
        shutil.copyfile(log, workspace_file(settings).with_name(f"{workspace_file(settings).name}.wal"))
    keep_workspace(settings, RunSpec("2024-06-04", "v2", "H19", False, []), "code", "parser", [])
    with duckdb.connect(str(kept_database(settings)), read_only=True) as connection:
        assert connection.execute("from counted").fetchall() == [(0,), (1,), (2,)]


def publish(settings: Settings) -> None:
    """Write the manifest of the published version, as it is."""
    folder = settings.versions_dir / "v1"
    (folder / "manifest.json").write_text(json.dumps({"files": file_hashes(folder)}), encoding="utf-8")


@pytest.fixture
def carried_by(settings: Settings, contracts: dict[str, Contract]) -> Callable[..., Carried | str]:
    """Return what a run carries over: on the second day and the file of the first, unless said otherwise."""

    def decide(
        *arrivals: tuple[Arrival, Receipt], made_by: str = "parser", current: str | None = "v1", **spec: Any
    ) -> Carried | str:
        state = LakeState([arrived("ho_so", FIRST), *arrivals], [], [], made_by)
        run = replace(RunSpec("2024-06-04", "v2", "H19", False, []), **spec)
        return find_carried(settings, contracts, state, run, current)

    return decide


def test_a_file_of_a_newer_day_is_computed_and_the_rest_carried(carried_by: Callable[..., Carried | str]) -> None:
    found = carried_by(arrived("ho_so", SECOND, "b"), arrived("le_phi", FIRST, "c"))
    assert isinstance(found, Carried)
    assert found.labels == {"ho_so/2024-06-03/x.csv"}
    assert found.days == {("ho_so", "2024-06-04"), ("le_phi", "2024-06-03")}


def test_another_file_of_the_newest_day_is_no_reason_to_compute_everything(
    carried_by: Callable[..., Carried | str],
) -> None:
    second = arrived("ho_so", FIRST, "b")
    other = (replace(second[0], delivery=Delivery("ho_so", FIRST, "y.csv")), second[1])
    assert isinstance(carried_by(other), Carried)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"made_by": "another parser or secret"}, "rules_changed"),
        ({"province": "H20"}, "rules_changed"),
        ({"current": "v0"}, "nothing_kept"),
        ({"current": None}, "nothing_kept"),
        ({"as_of": "2024-06-02"}, "earlier_day"),
        ({"is_beside": True}, "earlier_day"),
    ],
)
def test_other_rules_or_another_version_are(
    carried_by: Callable[..., Carried | str], given: dict[str, Any], reason: str
) -> None:
    assert carried_by(arrived("ho_so", SECOND, "b"), **given) == reason


def test_changed_code_is(carried_by: Callable[..., Carried | str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carry, "code_version", lambda _: "other")
    assert carried_by() == "rules_changed"


def test_a_file_of_an_earlier_day_is(carried_by: Callable[..., Carried | str]) -> None:
    assert carried_by(arrived("ho_so", FIRST - dt.timedelta(1), "b")) == "earlier_delivery"


def test_a_replaced_or_now_refused_file_is(settings: Settings, contracts: dict[str, Contract]) -> None:
    run = RunSpec("2024-06-04", "v2", "H19", False, [])
    for changed in (arrived("ho_so", FIRST, "other bytes"), arrived("ho_so", FIRST, refused=True)):
        state = LakeState([changed, arrived("ho_so", SECOND, "b")], [], [], "parser")
        assert find_carried(settings, contracts, state, run, "v1") == "delivery_replaced"


def test_what_is_asked_for_is(settings: Settings, contracts: dict[str, Contract]) -> None:
    state = LakeState([arrived("ho_so", FIRST)], [], [], "parser")
    run = RunSpec("2024-06-04", "v2", "H19", False, [])
    asked = settings.model_copy(update={"rebuild": True})
    assert find_carried(asked, contracts, state, run, "v1") == "asked"


@pytest.mark.parametrize(("day", "reason"), [(FIRST, "units_changed"), (SECOND, "units_changed"), (THIRD, None)])
@pytest.mark.parametrize("column", ["valid_from", "valid_to"])
def test_a_unit_that_begins_or_ends_between_the_two_days_is(
    settings: Settings, carried_by: Callable[..., Carried | str], day: dt.date, reason: str | None, column: str
) -> None:
    kept = kept_workspace(settings)
    assert kept is not None
    with duckdb.connect(str(kept_tables(settings, kept))) as connection:
        connection.execute(f"insert into marts.dim_unit ({column}) values (?)", [day])
    publish(settings)
    found = carried_by(arrived("ho_so", SECOND, "b"))
    assert found == reason if reason else isinstance(found, Carried)


def test_a_kept_workspace_that_was_touched_or_cut_off_is(
    settings: Settings, carried_by: Callable[..., Carried | str]
) -> None:
    path = kept_database(settings)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert carried_by(arrived("ho_so", SECOND, "b")) == "nothing_kept"
    path.unlink()
    assert carried_by(arrived("ho_so", SECOND, "b")) == "nothing_kept"


def test_a_published_figure_that_somebody_altered_is(
    settings: Settings, carried_by: Callable[..., Carried | str]
) -> None:
    """DuckDB reads such a file without complaint, and what it says would be carried into every later version."""
    kept = kept_workspace(settings)
    assert kept is not None
    with duckdb.connect(str(kept_tables(settings, kept))) as connection:
        connection.execute("insert into marts.dim_unit values (date '2020-01-01', null)")
    assert carried_by(arrived("ho_so", SECOND, "b")) == "nothing_kept"


def test_a_copied_warehouse_carries_over_and_an_altered_copy_does_not(
    settings: Settings, carried_by: Callable[..., Carried | str]
) -> None:
    database = kept_database(settings)
    content = database.read_bytes()
    database.unlink()
    database.write_bytes(content)
    assert isinstance(carried_by(arrived("ho_so", SECOND, "b")), Carried)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update state.base_don_vi set TenDonVi = 'Sở khác'")
    assert carried_by(arrived("ho_so", SECOND, "b")) == "nothing_kept"


def test_a_crash_while_the_workspace_is_kept_leaves_nothing_to_carry_over_from(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashing(*_: object) -> None:
        raise KeyboardInterrupt

    duckdb.connect(str(workspace_file(settings))).close()  # another night's
    monkeypatch.setattr(kept_module, "atomic_write", crashing)
    with pytest.raises(KeyboardInterrupt):
        keep_workspace(settings, RunSpec("2024-06-04", "v2", "H19", False, []), "code", "parser", [])
    assert kept_workspace(settings) is None


def test_days_are_those_of_every_source_in_a_message() -> None:
    arrival, receipt = arrived("ho_so", FIRST)
    message: Receipt = {**receipt, "sources": {**receipt["sources"], "le_phi": receipt["sources"]["ho_so"]}}
    assert days([(arrival, message)]) == {("ho_so", "2024-06-03"), ("le_phi", "2024-06-03")}
    nothing: Receipt = {**receipt, "sources": {}}
    assert days([(arrival, nothing)]) == {("ho_so", "2024-06-03")}
