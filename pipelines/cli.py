"""The `tthc` command: thin wrappers that read arguments, call a step and say how it went.

Belongs here: arguments, exit codes, what is printed. Does not belong here: work. Heavy libraries are
imported inside the commands, so that `tthc --help` answers at once.
"""

import datetime as dt
import enum
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipelines.errors import EXIT_FAULT, CandidateRefused, TthcError, UsageFault
from pipelines.messages import language, say
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.check import FileReport
    from pipelines.contracts import Contract

app = typer.Typer(
    name="tthc", no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_show_locals=False,
    help="Kho dữ liệu hồ sơ thủ tục hành chính: từ tệp trích xuất đến con số được công bố.\n\n"
    "Warehouse of administrative-procedure dossiers: from extracts to a published figure.",
    epilog="Bắt đầu / start: [bold]tthc sample --out data/raw --dossiers 20000[/] → [bold]tthc run[/] → "
    '[bold]tthc sql "from handling_status limit 5"[/]',
)  # fmt: skip
console = Console()
SAMPLE_DOSSIERS = 100_000


class Language(enum.StrEnum):
    """Languages of messages."""

    vi = "vi"
    en = "en"


class Format(enum.StrEnum):
    """How `tthc sql` prints."""

    table = "table"
    csv = "csv"
    json = "json"


@app.callback()
def options(
    lang: Annotated[
        Language, typer.Option(help="Ngôn ngữ của thông báo / language of messages", envvar="TTHC_LANG")
    ] = Language.vi,
) -> None:
    language.set(lang.value)


def _settings(**changes: object) -> Settings:
    """Settings with what the command line says; the environment carries them into the job's own processes."""
    for name, value in changes.items():
        if value is not None:
            os.environ[f"TTHC_{name.upper()}"] = str(value)
    return Settings()


@app.command()
def run(
    raw: Annotated[Path | None, typer.Option(help="Thư mục nhận tệp / landing folder")] = None,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi ghi kho / where the warehouse is written")] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Tính đến ngày nào; mặc định ngày mới nhất của ho_so / business day"),
    ] = None,
    sample_if_empty: Annotated[
        bool,
        typer.Option(help="Tạo tỉnh tổng hợp nếu chưa có tệp nào / write a synthetic province where none lies"),
    ] = False,
) -> None:
    """Chạy việc hằng đêm: nhận tệp, đọc, dựng, kiểm, công bố. / The nightly job, from landing to publication.

    Mã thoát / exit: 0 đã công bố (published) · 3 cửa kiểm từ chối, phiên bản trước giữ nguyên (gate refused) ·
    4 đang có lần chạy khác (locked) · 2 sai cú pháp (usage) · 1 lỗi (fault).
    """
    from pipelines.nightly.lock import run_lock

    settings = _settings(raw_dir=raw, warehouse_dir=warehouse, as_of=as_of and as_of.date())
    began = time.monotonic()
    with run_lock(settings):
        if sample_if_empty and not _any_delivery(settings):
            console.print(
                say("no_deliveries", folder=settings.raw_dir, dossiers=f"{SAMPLE_DOSSIERS:,}"), soft_wrap=True
            )
            _write_sample(settings.raw_dir, SAMPLE_DOSSIERS, 2024, faults=True)
        _run(settings)
    console.print(f"[dim]{time.monotonic() - began:.0f} s[/]")


def _any_delivery(settings: Settings) -> bool:
    return any(path.is_file() for path in settings.raw_dir.glob("*/*/*"))


def _run(settings: Settings) -> None:
    from pipelines.console import watching

    with watching(console):
        console.print(say("starting"))
        from pipelines.nightly.start import run_nightly

        outcome = run_nightly(settings)
    from pipelines.summary import show_manifest, show_version

    folder = settings.current_link.resolve()
    show_version(console, folder)
    show_manifest(console, folder)
    console.print(
        f"[bold green]{say('published_new' if outcome.changed else 'published_same', version=outcome.version)}[/]"
    )
    console.print(say("published_where", folder=settings.current_link), highlight=False, soft_wrap=True)


def _write_sample(out: Path, dossiers: int, seed: int, *, faults: bool) -> None:
    from rich.progress import Progress

    from pipelines.sample import write_province

    began = time.monotonic()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        truth = write_province(out, dossiers, seed, faults, progress=show)
    rows = sum(truth["planted"].values())
    seconds = f"{time.monotonic() - began:.0f}"
    console.print(
        say("sample_done", rows=f"{rows:,}", folder=out, seconds=seconds, truth=out / "truth.json"),
        soft_wrap=True,
    )


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
    for (source, reason), numbers in sorted(report.reasons.items()):
        first = ", ".join(map(str, sorted(numbers)[:5]))
        line(say("check_reason", source=source, reason=reason, count=len(numbers), rows=first))
        line(f"      {mend(reason, contracts[source])}")


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="Thư mục ghi ra, phải trống / folder to write, must be empty")],
    dossiers: Annotated[int, typer.Option(min=1, help="Số hồ sơ / number of dossiers")] = SAMPLE_DOSSIERS,
    seed: Annotated[int, typer.Option(help="Cùng số này cho ra cùng từng byte / same seed, same bytes")] = 2024,
    faults: Annotated[bool, typer.Option("--faults", help="Gài lỗi đã biết / plant known faults")] = False,
) -> None:
    """Ghi một tỉnh TỔNG HỢP (Đồng Nai năm 2024) để thử. / Write a SYNTHETIC province in the landing layout."""
    if out.exists() and any(path.name != ".gitkeep" for path in out.iterdir()):
        raise TthcError("sample_not_empty", folder=out)
    _write_sample(out, dossiers, seed, faults=faults)


@app.command()
def sql(
    query: Annotated[str | None, typer.Argument(help="Câu SQL; bỏ trống để vào dấu nhắc / query, or a prompt")] = None,
    output: Annotated[Format, typer.Option("--format", help="Cách in / how to print")] = Format.table,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """Hỏi phiên bản đang công bố bằng SQL, chỉ đọc. / Read-only SQL on the published version.

    Ví dụ / example: tthc sql "select unit_code, value from indicator_values where indicator_code = 'on_time_rate'
    and period_code = '2024' and scope = 'unit' order by value limit 10"
    """
    from pipelines.query import prompt, show

    settings = _settings(warehouse_dir=warehouse)
    if query is None:
        prompt(settings, console, output.value)
    else:
        show(settings, console, query, output.value)


def main() -> None:
    """Entry point: runs a command, and turns errors of ours into a sentence and an exit code."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        app()
    except CandidateRefused as error:
        from pipelines.summary import show_refusal

        show_refusal(console, Settings())
        _stop(error)
    except TthcError as error:
        _stop(error)
    except KeyboardInterrupt:
        raise SystemExit(EXIT_FAULT) from None


def _stop(error: TthcError) -> None:
    Console(stderr=True).print(str(error), style="bold red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(error.exit_code)
