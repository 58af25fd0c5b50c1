"""No delivery stops a night: whatever goes wrong with one file, that file is left out, named, and read again later."""

import datetime as dt
import errno
import importlib
import inspect
import logging
import os
import pkgutil
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version as installed_version
from pathlib import Path
from types import FunctionType, ModuleType

import duckdb
import pytest

from pipelines.common.errors import TthcError
from pipelines.common.i18n import say
from pipelines.contracts.model import Contract
from pipelines.landing import faults, ingest
from pipelines.landing.ingest import ingest_deliveries
from pipelines.landing.rebuild_ledger import add_missing_arrivals
from pipelines.landing.retention import purge_expired
from pipelines.parsing import update_lake as update_lake_module
from pipelines.parsing import version
from pipelines.parsing.update_lake import update_lake
from pipelines.storage.run_spec import workspace_file
from pipelines.transform.workspace import build_workspace
from tests.pipeline.few_files import DOSSIERS, LONG_AGO, PROCEDURES, UNITS, FewFiles, day
from tests.sampling import sampled

MESSAGE = (
    '{"service": "DongBoHoSoMC", "madonvi": "H19.07", "data": [{"MaHoSo": "J-1", "MaTTHC": "1.000001",'
    ' "TrangThaiHoSo": "4", "NgayTiepNhan": "20240611080000", "DanhSachLePhi": [{"MaPhiLePhi": "P1", "Gia": "5"}]}]}'
)
LIST = (
    "<table><tr><td>Mã hồ sơ</td><td>Mã thủ tục</td><td>Mã đơn vị</td><td>Trạng thái</td></tr>"
    "<tr><td>X-1</td><td>1.000001</td><td>H19.07</td><td>1</td></tr></table>"
)


FILES = {
    "again.csv": "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,NgayTiepNhan\nG-1,1.000001,H19.07,5,20240611080000\n",
    "new.csv": "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,NgayTiepNhan,NgayKetThucXuLy,NgayCapNhat,ChuHoSo,DaXoa\n"
    "N-1,1.000001,H19.07,4,20240611080000,,20240611090000,Mẫu,\nN-2,1.000001,H19.07,44,,,,Mẫu,\nN-3,short\n",
    "new.json": MESSAGE,
}


def dossier(code: str, status: int = 4) -> str:
    """Return a line of a CSV of dossiers."""
    return f"{code},1.000001,H19.07,{status},20240611080000,,20240611090000,Mẫu,\n"


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FewFiles:
    """Return a warehouse that has a sound day already."""
    monkeypatch.setattr(ingest, "SETTLE_SECONDS", 0.0)
    few = FewFiles(tmp_path, models=[])
    few.deliver(("don_vi", day(0), "u.csv", UNITS), ("thu_tuc", day(0), "p.csv", PROCEDURES))
    few.deliver(
        ("ho_so", day(1), "sound.csv", DOSSIERS + dossier("A-1")),
        ("ho_so", day(2), "again.csv", DOSSIERS + dossier("G-1")),
    )
    return few


def accepted(few: FewFiles) -> set[str]:
    """Return names of the files that count."""
    return {arrival.delivery.file_name for arrival, _ in update_lake(few.settings, few.contracts).accepted}


PACKAGES = ("landing", "parsing", "parsing.readers")
BESIDE = ("contracts.batch", "contracts.cell_text", "contracts.column_types", "contracts.moments", "contracts.places",
          "storage.delivery", "storage.ledger", "storage.memory_kills", "storage.runs")  # fmt: skip


def modules() -> Iterator[ModuleType]:
    """Yield the modules that touch a single file, without those that run in a child process."""
    for package in map(importlib.import_module, (f"pipelines.{name}" for name in PACKAGES)):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if not found.ispkg:
                yield importlib.import_module(found.name)
    yield from map(importlib.import_module, (f"pipelines.{name}" for name in BESIDE))


def is_dunder(name: str) -> bool:
    """Return True for what Python itself calls; `__call__` is a method like others."""
    return name.startswith("__") and name != "__call__"


def functions() -> Iterator[tuple[str, object, str]]:
    """Yield every function and method of landing and parsing: its name, where it is looked up, under which name."""
    for module in modules():
        for name, member in vars(module).items():
            if isinstance(member, FunctionType) and member.__module__ == module.__name__:
                yield f"{module.__name__}.{name}", module, name
            elif inspect.isclass(member) and member.__module__ == module.__name__:
                own = [n for n, m in vars(member).items() if isinstance(m, FunctionType) and not is_dunder(n)]
                for inner in own:
                    yield f"{module.__name__}.{name}.{inner}", member, inner


def places(owner: object, name: str) -> Iterator[tuple[object, str]]:
    """Yield everywhere that a function is looked up when it is called: its own place, and modules that imported it."""
    function = vars(owner)[name]
    yield owner, name
    if isinstance(owner, ModuleType):
        for module in modules():
            for other, member in vars(module).items():
                if member is function and module is not owner:
                    yield module, other


# What is asked of the warehouse as a whole and of no file: a fault there is the installation's.
OF_THE_WHOLE = {
    "pipelines.parsing.update_lake._is_done": "the net itself",
    "pipelines.landing.ingest.ingest_deliveries": "the step itself",
    "pipelines.landing.discover.discover": "looks for all files",
    "pipelines.landing.discover._listed": "looks into a folder of many files",
    "pipelines.landing.discover._discover_at": "the net itself",
    "pipelines.landing.discover.today_at_home": "asked once a night",
    "pipelines.landing.faults.clear_traces": "clears what all files left",
    "pipelines.landing.faults.keep_trace": "the net itself",
    "pipelines.landing.faults._folder": "the net itself",
    "pipelines.landing.faults.is_machine_fault": "the net itself",
    "pipelines.landing.faults._is_system_wide": "the net itself",
    "pipelines.landing.faults._causes": "the net itself",
    "pipelines.storage.ledger.open_ledger": "opens the ledger",
    "pipelines.storage.ledger.archive_seen": "reads the whole ledger",
    "pipelines.storage.ledger.save_archive_seen": "writes the ledger",
    "pipelines.storage.ledger.arrivals": "reads the whole ledger",
    "pipelines.storage.ledger.receipts": "reads the whole ledger",
    "pipelines.storage.ledger.purged_arrivals": "reads the whole ledger",
    "pipelines.storage.ledger.days_of_purge": "reads the whole ledger",
    "pipelines.storage.ledger.save_receipt": "writes the ledger",
    "pipelines.storage.ledger.verified_files": "reads the whole ledger",
    "pipelines.storage.ledger.landed_folders": "reads the whole ledger",
    "pipelines.storage.ledger.save_landed_folders": "writes the ledger",
    "pipelines.storage.ledger.save_verified": "writes the ledger",
    "pipelines.storage.ledger.forget_verified": "writes the ledger",
    "pipelines.storage.ledger.classify_arrivals": "weighs all arrivals",
    "pipelines.storage.runs.note_run": "writes the ledger",
    "pipelines.landing.ingest._log_left": "the net itself",
    "pipelines.landing.ingest._Ingest.finish": "the net itself",
    "pipelines.landing.ingest._Ingest._again": "the net itself",
    "pipelines.landing.ingest._Ingest._is_kept": "weighs all arrivals",
    "pipelines.landing.ingest._Ingest.archived_folders": "weighs all arrivals",
    "pipelines.landing.ingest._remember_folders": "looks at all files",
    "pipelines.landing.ingest._Ingest.end": "looks at all files",
    "pipelines.landing.rebuild_ledger.archive_looks": "looks at all files",
    "pipelines.landing.rebuild_ledger._folders": "looks at all files",
    "pipelines.landing.archive.drop_all": "the net itself",
    "pipelines.parsing.receipts.lake_state": "weighs all arrivals",
    "pipelines.parsing.update_lake.update_lake": "the step itself",
    "pipelines.parsing.update_lake._parse_all": "the step itself",
    "pipelines.parsing.update_lake._is_parsed": "weighs all arrivals",
    "pipelines.parsing.update_lake._ensure_parsed": "calls the net",
    "pipelines.parsing.update_lake.Parser.parse_together": "the net itself",
    "pipelines.parsing.update_lake.Parser.keep": "weighs all arrivals",
    "pipelines.parsing.update_lake.Parser.separate": "weighs all arrivals",
    "pipelines.parsing.update_lake._refuse_two_secrets": "weighs all arrivals",
    "pipelines.parsing.update_lake._log_receipt": "speaks of what is done",
    "pipelines.parsing.lake_files.LakeFiles.holds": "looks at what earlier nights left",
    "pipelines.parsing.lake_files.LakeFiles.is_intact": "looks at what earlier nights left",
    "pipelines.parsing.lake_files.LakeFiles.add": "looks at what was written",
    "pipelines.parsing.lake_files.LakeFiles.save": "writes the ledger",
    "pipelines.parsing.lake_files.LakeFiles._is_found": "looks at what earlier nights left",
    "pipelines.parsing.lake_files.LakeFiles._verify": "looks at what earlier nights left",
    "pipelines.parsing.lake_files.LakeFiles._remember": "looks at what was written",
    "pipelines.parsing.groups.groups": "weighs all arrivals",
    "pipelines.parsing.lake_files.LakeFiles.claim": "asks the object store",
    "pipelines.parsing.lake_files.LakeFiles.send": "asks the object store",
    "pipelines.parsing.lake_files.LakeFiles.even_out": "weighs all arrivals",
    "pipelines.parsing.lake_files.LakeFiles._is_file_whole": "looks at what was written",
    "pipelines.parsing.lake_files._looks": "looks at what was written",
    "pipelines.parsing.verifications.Verifications.are_known": "looks at what was written",
    "pipelines.parsing.verifications.Verifications.remember": "looks at what was written",
    "pipelines.parsing.verifications.Verifications.save": "writes the ledger",
    "pipelines.parsing.groups._source": "weighs all arrivals",
    "pipelines.parsing.parse_group.shared_key": "names what several files share",
    "pipelines.parsing.shared_files.holders": "weighs all arrivals",
    "pipelines.parsing.shared_files.deliveries_in": "weighs all arrivals",
    "pipelines.parsing.shared_files.separate": "weighs all arrivals",
    "pipelines.parsing.shared_files.mixed": "weighs all arrivals",
    "pipelines.parsing.update_lake.Parser._is_verified": "the net itself",
    "pipelines.parsing.update_lake.Parser.of_damaged_files": "weighs all arrivals",
    "pipelines.parsing.update_lake.verify_lake": "weighs all arrivals",
    "pipelines.parsing.shared_files.rewrite": "rewrites what several files share",
    "pipelines.parsing.shared_files.save_renamed": "writes the ledger",
    "pipelines.parsing.shared_files._naming": "rewrites what several files share",
    "pipelines.parsing.receipts.Receipts.state": "weighs all arrivals",
    "pipelines.parsing.receipts.Receipts.counting": "weighs all arrivals",
    "pipelines.parsing.receipts.Receipts.previous": "weighs all arrivals",
    "pipelines.parsing.receipts._previous": "weighs all arrivals",
    "pipelines.parsing.update_lake.Parser.parse": "the net itself",
    "pipelines.parsing.update_lake.Parser.describe_restatement": "the net itself",
    "pipelines.parsing.update_lake.Parser.save": "writes the ledger",
    "pipelines.parsing.receipts.Receipts.key": "weighs all arrivals",
    "pipelines.parsing.receipts.Receipts.current": "weighs all arrivals",
    "pipelines.parsing.receipts.Receipts.newest": "weighs all arrivals",
    "pipelines.parsing.receipts.Receipts.add": "writes the ledger",
    "pipelines.parsing.receipts.Receipts.is_refused": "weighs all arrivals",
    "pipelines.parsing.receipts.Receipts.classify_arrivals": "weighs all arrivals",
    "pipelines.parsing.parse_file.parse_key": "weighs all arrivals",
    "pipelines.parsing.parse_file.refused_receipt": "the net itself",
    "pipelines.parsing.secret.load_key": "opens the installation's secret",
    "pipelines.parsing.secret.key_id": "names the installation's secret",
    "pipelines.parsing.secret._read_key": "opens the installation's secret",
    "pipelines.parsing.version.parser_version": "asked once a night",
}


# What breaks when files are parsed together makes them parsed one by one.
TOGETHER = "pipelines.parsing.parse_group."


class Broken(Exception):
    """What no code of ours raises."""


def test_every_exception_from_the_rule_names_a_function_that_exists() -> None:
    assert set(OF_THE_WHOLE) <= {name for name, *_ in functions()}


@pytest.mark.parametrize(
    ("name", "owner", "member"),
    sampled((pytest.param(*found, id=found[0]) for found in functions() if found[0] not in OF_THE_WHOLE), one_in=4),
)
def test_an_error_in_any_function_leaves_that_file_out_and_names_it(
    few: FewFiles, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    name: str, owner: object, member: str,
) -> None:  # fmt: skip
    struck = []

    def broken(*_: object, **__: object) -> None:
        struck.append(name)
        raise Broken

    # A list is read in a process of its own, which takes time: it is tried only with the readers of lists.
    files = {**FILES, "new.xls": LIST} if any(reader in name for reader in ("grid", "sandbox")) else FILES
    for file, content in files.items():
        path = few.settings.raw_dir / "ho_so" / day(2) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        path.with_name(f"{file}.rows").write_text("3\n" if file == "new.csv" else "1\n")
        os.utime(path, (LONG_AGO, LONG_AGO))
    caplog.set_level(logging.WARNING, logger="tthc")
    with monkeypatch.context() as patched:
        for place, called in list(places(owner, member)):
            patched.setattr(place, called, broken)
        ingest_deliveries(few.settings, set(few.contracts))
        state = update_lake(few.settings, few.contracts)
        few.plan(state)
    counted = {arrival.delivery.file_name for arrival, _ in state.accepted}
    assert {"sound.csv", "u.csv", "p.csv"} <= counted
    missing = {*files} - counted
    # What looks at known files again breaks down at those: they are named, and what was read of them counts. So does a
    # file that cannot be compared with the one before it.
    uncompared = say("restated_unread", file=f"ho_so/{day(2)}/again.csv") in caplog.text
    known = any(file in caplog.text for file in ("sound.csv", "again.csv"))
    assert missing or not struck or known or uncompared or name.startswith(TOGETHER)
    assert not (missing and name.startswith(TOGETHER))
    a_whole_day = f"ho_so/{day(2)}:"
    assert all(file in caplog.text or a_whole_day in caplog.text for file in missing)
    if missing or uncompared:
        traces = list((few.settings.restricted_dir / "traces").iterdir())
        assert traces and all(path.stat().st_mode & 0o777 == 0o600 for path in traces)
    ingest_deliveries(few.settings, set(few.contracts))
    assert accepted(few) == {"sound.csv", "u.csv", "p.csv", *files}  # once the program is repaired


def test_what_strikes_every_file_stops_the_night(few: FewFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise RuntimeError from error

    monkeypatch.setattr(update_lake_module, "parse_arrival", full)
    with pytest.raises(RuntimeError):
        few.deliver(("ho_so", day(2), "new.csv", DOSSIERS))
    assert not faults.is_machine_fault(PermissionError(errno.EACCES, "denied"))


def said(caplog: pytest.LogCaptureFixture, file: str) -> str:
    """Return the one warning about a file."""
    (line,) = [record.getMessage() for record in caplog.records if file in record.getMessage()]
    return line


@pytest.mark.parametrize("rows", ["1" * 25, "9" * 400, "-1", "3.0", "ba", "", "٣", "1_0", "\x00\x00\x00", "x" * 10_000])
def test_a_row_count_that_is_none_leaves_its_file_and_names_it(
    few: FewFiles, caplog: pytest.LogCaptureFixture, rows: str
) -> None:
    beside = few.settings.raw_dir / "ho_so" / day(2) / "new.csv.rows"
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(rows, encoding="utf-8")
    few.deliver(("ho_so", day(2), "new.csv", DOSSIERS + dossier("N-1")))
    assert "new.csv" not in accepted(few) and ".rows" in said(caplog, "new.csv")
    beside.unlink()
    few.deliver()
    assert "new.csv" in accepted(few)


@pytest.mark.parametrize("ending", [".rows", ".sha256"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "dangling", "socket"])
def test_what_lies_under_a_sidecars_name_is_reported_and_never_waited_for(
    few: FewFiles, caplog: pytest.LogCaptureFixture, ending: str, kind: str
) -> None:
    beside = few.settings.raw_dir / "ho_so" / day(2) / f"new.csv{ending}"
    beside.parent.mkdir(parents=True, exist_ok=True)
    if kind == "pipe":
        os.mkfifo(beside)
    elif kind == "folder":
        beside.mkdir()
    elif kind == "socket":
        subprocess.run(
            ["python3", "-c", "import socket,sys; socket.socket(socket.AF_UNIX).bind('s')"],
            cwd=beside.parent,
            check=True,
        )  # a path of a socket may be no longer than 107 bytes
        (beside.parent / "s").rename(beside)
    else:
        beside.symlink_to("/etc/hostname" if kind == "link" else "nowhere")
    few.deliver(("ho_so", day(2), "new.csv", DOSSIERS + dossier("N-1")))
    reported = [record.getMessage() for record in caplog.records if beside.name in record.getMessage()]
    assert reported and "new.csv" not in accepted(few)


def test_a_row_count_that_comes_changes_or_goes_after_its_file_is_heeded(few: FewFiles) -> None:
    path = few.settings.raw_dir / "ho_so" / day(2) / "new.csv"
    beside = path.with_name("new.csv.rows")
    few.deliver(("ho_so", day(2), "new.csv", DOSSIERS + dossier("N-1")))
    plans = []
    for rows, counts in ((None, True), ("7", False), ("1", True), ("8", False), (None, True)):
        beside.unlink() if rows is None and beside.exists() else None
        if rows is not None:
            beside.write_text(rows)
        state = few.deliver()
        assert ("new.csv" in accepted(few)) == counts, rows
        plans.append(few.plan(state).version)
    assert len(set(plans)) == 2 and plans[0] == plans[2] == plans[4]
    few.settings.ledger_file.unlink()
    assert add_missing_arrivals(few.settings) > 0 and "new.csv" in accepted(few)


def test_the_same_bytes_under_another_name_are_read_again_where_the_first_were_refused(few: FewFiles) -> None:
    content = DOSSIERS + dossier("N-1")
    few.settings.raw_dir.joinpath("ho_so", day(2)).mkdir(parents=True, exist_ok=True)
    (few.settings.raw_dir / "ho_so" / day(2) / "a.csv.rows").write_text("5")
    few.deliver(("ho_so", day(2), "a.csv", content), ("ho_so", day(2), "b.json", content))
    assert not {"a.csv", "b.json"} & accepted(few)
    state = few.deliver(("ho_so", day(2), "c.csv", content))
    assert "c.csv" in accepted(few) and "a.csv" not in accepted(few)
    assert {a.delivery.file_name for a in state.duplicate} == {"a.csv", "b.json"}


def test_a_legacy_row_count_of_25_digits_refuses_its_file_and_stops_no_recovery(
    few: FewFiles, caplog: pytest.LogCaptureFixture
) -> None:
    few.deliver(("ho_so", day(2), "new.csv", DOSSIERS + dossier("N-1")))
    (kept,) = (few.settings.restricted_dir / "archive" / "ho_so" / day(2) / "new.csv").iterdir()
    kept.with_name(f"{kept.name}.rows").write_text("1" * 25)
    few.settings.ledger_file.unlink()
    add_missing_arrivals(few.settings)
    assert "new.csv" not in accepted(few)
    assert "new.csv" in caplog.text


def test_what_the_archive_lost_stands_as_it_was_read_and_only_rows_that_counted_stop_the_night(
    few: FewFiles, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    few.deliver(("ho_so", day(2), "new.csv", DOSSIERS + dossier("N-1")))
    archived = few.settings.restricted_dir / "archive" / "ho_so" / day(2) / "new.csv"
    for path in archived.iterdir():
        path.unlink()
    (few.settings.raw_dir / "ho_so" / day(2) / "new.csv").unlink()
    monkeypatch.setattr(version, "code_and_libraries", lambda: "another parser")
    assert "new.csv" in accepted(few) and "new.csv" in said(caplog, "new.csv")
    assert "new.csv" in accepted(few)
    for path in few.settings.lake_dir.glob(f"ho_so/{day(2)}/*.parquet"):
        path.unlink()
    with pytest.raises(TthcError, match="archive_missing"):
        accepted(few)


@pytest.mark.parametrize("lost", ["new.csv", "*"])
def test_rows_whose_archive_is_gone_stand_though_their_contract_had_fewer_fields(
    few: FewFiles, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    whole = few.contracts
    fields = tuple(field for field in whole["ho_so"].fields if field.name != "HinhThuc")
    few.contracts = {**whole, "ho_so": Contract.model_validate(whole["ho_so"].model_dump() | {"fields": fields})}
    monkeypatch.setattr(version, "code_and_libraries", lambda: "an earlier parser")
    few.deliver(("ho_so", day(2), "new.csv", DOSSIERS + dossier("N-1")))
    for folder in (few.settings.restricted_dir / "archive" / "ho_so").glob(f"*/{lost}"):
        shutil.rmtree(folder)
    for path in (few.settings.raw_dir / "ho_so").glob(f"*/{lost}"):
        path.unlink()
    few.contracts = whole
    monkeypatch.setattr(version, "code_and_libraries", lambda: "today's parser")
    state = few.deliver()
    build_workspace(few.settings, few.contracts, state, few.plan(state))
    with duckdb.connect(str(workspace_file(few.settings)), read_only=True) as connection:
        rows = connection.execute("select MaHoSo, HinhThuc from lake.ho_so order by all").fetchall()
    assert rows == [("A-1", None), ("G-1", None), ("N-1", None)]


def test_a_repaired_parser_reaches_what_was_delivered_before(few: FewFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    before = update_lake(few.settings, few.contracts)
    was = few.plan(before).version
    assert few.plan(update_lake(few.settings, few.contracts)).version == was
    for name in ("code_and_libraries",):
        monkeypatch.setattr(version, name, lambda: "another parser")
    after = update_lake(few.settings, few.contracts)
    files = [{name for _, receipt in state.accepted for name in receipt["files"]} for state in (before, after)]
    assert files[0] and files[1] and not files[0] & files[1]


@pytest.mark.parametrize("library", version.LIBRARIES)
def test_another_release_of_a_library_is_another_parser(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    version.code_and_libraries.cache_clear()
    now = version.code_and_libraries()
    known = installed_version
    monkeypatch.setattr(version, "version", lambda name: "999" if name == library else known(name))
    version.code_and_libraries.cache_clear()
    assert version.code_and_libraries() != now
    version.code_and_libraries.cache_clear()


def test_after_a_lost_secret_no_two_keys_stand_side_by_side(few: FewFiles) -> None:
    few.deliver(("ket_qua", day(1), "k.csv", "MaHoSo,GiayToId,DuongDanTepTinKetQua\nA-1,1,/a.pdf\n"))
    first = {name for _, receipt in update_lake(few.settings, few.contracts).accepted for name in receipt["files"]}
    few.settings.key_file.unlink()
    state = update_lake(few.settings, few.contracts)
    second = {name for _, receipt in state.accepted for name in receipt["files"]}
    assert len({receipt["key_id"] for _, receipt in state.accepted}) == 1 and not first & second
    purge_expired(few.settings.model_copy(update={"keep_archive_days": 30}), dt.date(2024, 12, 31))
    few.settings.key_file.unlink()
    with pytest.raises(TthcError, match="secret_changed"):
        update_lake(few.settings, few.contracts)
