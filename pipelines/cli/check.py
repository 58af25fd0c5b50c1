"""The command `tthc check`: a dry run of extracts for those who deliver them.

Belongs here: arguments, progress and output. Does not belong here: checking (`dry_run`).
"""

import datetime as dt
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.app import app, console, settings_with
from pipelines.common.errors import TthcError, UsageFault
from pipelines.common.i18n import say

if TYPE_CHECKING:
    from pipelines.contracts.model import Contract
    from pipelines.contracts.places import RowPlace
    from pipelines.dry_run.check import DryRun
    from pipelines.dry_run.places import FileToCheck
    from pipelines.dry_run.report import FileReport, SpotInFile

LEFT = "left_"


@app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(help="Tệp, thư mục, mẫu tên trong nháy / files, folders, quoted wildcards such as '*.csv'"),
    ],
    source: Annotated[
        str | None,
        typer.Option(help="Nguồn, ví dụ ho_so; không cần nếu tệp nằm ở <nguồn>/<ngày>/ / source, such as ho_so; "
                          "not needed for files in <source>/<day>/"),
    ] = None,
    contract: Annotated[Path | None, typer.Option(help="Hợp đồng riêng / a contract of your own, YAML")] = None,
    out: Annotated[Path | None, typer.Option(help="Nơi ghi accepted, rejected, report / where to write them")] = None,
    day: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Ngày dữ liệu; mặc định tên thư mục, nếu không thì hôm nay / business day"
        ),
    ] = None,
) -> None:  # fmt: skip
    """Kiểm thử tệp trước khi giao, không ghi gì vào kho. / Dry run of extracts against a contract.

    Ví dụ / examples:

      tthc check ho_so.csv --source ho_so

      tthc check data/raw/ho_so/2024-12-31 data/raw/tien_trinh/2024-12-31 --out ket-qua

      tthc check 'xuat/*.xlsx' --source thu_tuc --day 2024-12-31

    Mỗi lý do đi kèm nơi sai và cách sửa. Tệp .sha256 và .rows đi kèm cũng được kiểm; các dòng được so với nhau và, nơi
    có kho, với danh mục đơn vị, thủ tục, hồ sơ của kho. / Each reason comes with where and what to do. Sidecars
    are checked too; rows are compared with each other and, where a warehouse is at hand, with its lists.

    Mã thoát / exit: 0 mọi dòng đều nhận (all accepted) · 5 có dòng bị từ chối (rows rejected) ·
    6 có tệp không được nhận (file refused) · 2 sai cú pháp (usage).
    """
    from pipelines.dry_run.check import DryRun
    from pipelines.dry_run.places import FileRequest
    from pipelines.landing.discover import today_at_home

    settings = settings_with()
    source, contracts = _contracts_for(source, contract, settings.contracts_dir)
    today = today_at_home()
    places = FileRequest(contracts, source, day.date() if day else today, today).places(files)
    if not places:
        raise UsageFault("check_nothing", folder=", ".join(map(str, files)))
    dry_run = DryRun(contracts, settings, out)
    code = _run(dry_run, places)
    for report in dry_run.reports:
        _report_file(report, contracts)
    if dry_run.lists_checked is False:
        _line(say("check_no_warehouse", folder=settings.warehouse_dir))
    if len(dry_run.reports) > 1:
        _report_total(dry_run)
    raise typer.Exit(code)


def _contracts_for(source: str | None, own_file: Path | None, folder: Path) -> "tuple[str | None, dict[str, Contract]]":
    """Return the source given on the command line (or None), and all contracts, one replaced by the user's own."""
    from pipelines.contracts.model import load_contracts

    if source is not None and own_file is not None:
        raise typer.BadParameter(say("check_needs_one"))
    contracts = load_contracts(folder)
    if source is not None and source not in contracts:
        raise typer.BadParameter(say("unknown_source", sources=", ".join(contracts)))
    if own_file is None:
        return source, contracts
    own = _own_contract(own_file)
    return own.source, {**contracts, own.source: own}


def _run(dry_run: "DryRun", places: "list[FileToCheck]") -> int:
    """Check the files and return the exit code; unexpected errors are reported without quoting a value."""
    try:
        with _progress() as (watch, comparing):
            return dry_run.run(places, watch, comparing)
    except KeyboardInterrupt:
        raise TthcError("check_interrupted") from None
    except TthcError:
        raise
    except Exception as error:
        if os.environ.get("TTHC_DEBUG"):
            raise
        raise TthcError("check_broke", kind=type(error).__name__, folder=tempfile.gettempdir()) from None


def _own_contract(path: Path) -> "Contract":
    import yaml
    from pydantic import ValidationError

    from pipelines.contracts.model import load_contract

    try:
        return load_contract(path)
    except (OSError, ValidationError, yaml.YAMLError) as error:
        raise UsageFault("contract_invalid", file=path, why=error) from None


@contextmanager
def _progress() -> Iterator[tuple[Any, ...]]:
    """Show on a terminal which file is being read, and how many rows so far."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def watch(number: int, of: int, file: str, rows: int) -> None:
            progress.update(task, description=say("check_progress", number=number, of=of, file=file, rows=f"{rows:,}"))

        yield watch, lambda: progress.update(task, description=say("check_weighing"))


def _line(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _why(code: str, params: Mapping[str, object]) -> str:
    """Return the sentence for a refusal; those of landing have a wording of their own for deliverers."""
    own = f"check_{code}" if code.startswith(LEFT) else code
    return f"[{code}] {say(own, **params)}"


def _report_file(report: "FileReport", contracts: "dict[str, Contract]") -> None:
    from pipelines.contracts.fix_hints import describe_places, fix_hint

    if report.refused and not report.is_refused:
        _line(f"{report.file}: {_why(*report.refused)}")
        return
    if report.refused:
        _line(say("file_refused", file=report.file, why=_why(*report.refused)))
        return
    _line(report.file)
    if report.source not in report.counts or not report.counts[report.source]["rows_in"]:
        _line(say("check_no_rows", source=report.source))
    _report_counts(report)
    if report.unnamed[0]:
        _line(say("check_unnamed", count=report.unnamed[0], places=describe_places(report.unnamed_places)))
    for (source, reason), (count, _) in sorted(report.reasons.items()):
        places = describe_places(report.first_places[source, reason])
        _line(say("check_reason", source=source, reason=reason, count=count, places=places))
        _line(f"      {fix_hint(reason, contracts[source])}")
        for spots, found in _conflicts(report, source) if reason == "conflict" else ():
            named = [
                say("check_place", file=file, place=describe_places([place]))
                for (file, _), place in zip(spots, found, strict=True)
            ]
            _line(say("check_conflict", places=" ↔ ".join(named)))


def _report_counts(report: "FileReport") -> None:
    for source, c in report.counts.items():
        if c["rows_in"]:
            _line(say("check_counts", source=source, rows=c["rows_in"], accepted=c["accepted"], rejected=c["rejected"]))
        if report.cleaned.get(source):
            _line(say("check_cleaned", source=source, count=report.cleaned[source]))
        if source in report.superseded:
            _line(say("check_superseded", source=source, count=report.superseded[source]))


def _conflicts(report: "FileReport", source: str) -> "Iterator[tuple[list[SpotInFile], list[RowPlace]]]":
    """Yield the first conflicts of a source, each with the places of its rows."""
    yield from zip(report.conflicts.get(source, []), report.conflict_places.get(source, []), strict=True)


def _report_total(dry_run: "DryRun") -> None:
    reports = dry_run.reports
    counts = {what: sum(report.total(what) for report in reports) for what in ("rows_in", "accepted", "rejected")}
    refused = sum(report.is_refused for report in reports)
    _line(say("check_total", files=len(reports), rows=counts["rows_in"], accepted=counts["accepted"],
              rejected=counts["rejected"], refused=refused))  # fmt: skip
