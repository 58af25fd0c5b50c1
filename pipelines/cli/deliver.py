"""`tthc check`: a dry run of extracts for whoever delivers them."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.app import app, console
from pipelines.errors import UsageFault
from pipelines.messages import say
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.check import FileReport
    from pipelines.contracts import Contract


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Các tệp cần kiểm / files to check")],
    source: Annotated[str | None, typer.Option(help="Nguồn, ví dụ ho_so / source, such as ho_so")] = None,
    contract: Annotated[Path | None, typer.Option(help="Hợp đồng riêng / a contract of your own, YAML")] = None,
    out: Annotated[Path | None, typer.Option(help="Nơi ghi accepted, rejected, report / where to write them")] = None,
    day: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Ngày dữ liệu; mặc định tên thư mục, nếu không thì hôm nay / business day"
        ),
    ] = None,
) -> None:
    """Kiểm thử tệp trước khi giao, không ghi gì vào kho. / Dry run of extracts against a contract.

    Mã thoát / exit: 0 mọi dòng đều nhận (all accepted) · 5 có dòng bị từ chối (rows rejected) ·
    6 có tệp bị từ chối (file refused) · 2 sai cú pháp (usage).
    """
    from pipelines.check import Check
    from pipelines.contracts import load_contracts

    if (source is None) == (contract is None):
        raise typer.BadParameter(say("check_needs_one"))
    contracts = load_contracts(Settings().contracts_dir)
    if source is not None and source not in contracts:
        raise typer.BadParameter(say("unknown_source", sources=", ".join(contracts)))
    if contract is not None:
        own = _own_contract(contract)
        source, contracts = own.source, {**contracts, own.source: own}
    checking = Check(contracts[source or ""], contracts, out)
    today = day.date() if day else dt.date.today()
    for path in files:
        _tell(checking.file(path, today), contracts)
    raise typer.Exit(checking.finish())


def _own_contract(path: Path) -> "Contract":
    import yaml
    from pydantic import ValidationError

    from pipelines.contracts import load_contract

    try:
        return load_contract(path)
    except (OSError, ValidationError, yaml.YAMLError) as error:
        raise UsageFault("contract_invalid", file=path, why=error) from None


def _tell(report: "FileReport", contracts: "dict[str, Contract]") -> None:
    from pipelines.reasons import mend

    def line(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    if report.refused:
        code, params = report.refused
        line(say("file_refused", file=report.file, why=f"[{code}] {say(code, **params)}"))
        return
    line(report.file)
    for source, c in report.counts.items():
        line(say("check_counts", source=source, rows=c["rows_in"], accepted=c["accepted"], rejected=c["rejected"]))
        if report.cleaned.get(source):
            line(say("check_cleaned", source=source, count=report.cleaned[source]))
    for (source, reason), numbers in sorted(report.reasons.items()):
        first = ", ".join(map(str, sorted(numbers)[:5]))
        line(say("check_reason", source=source, reason=reason, count=len(numbers), rows=first))
        line(f"      {mend(reason, contracts[source])}")
