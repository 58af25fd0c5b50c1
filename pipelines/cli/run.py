"""The commands `tthc run`, `tthc rollback` and `tthc sample`: nightly job, rollback, synthetic province.

Does not belong here: the job itself (`nightly`), rolling back (`publish`), drawing the province (`sample`).
"""

import contextlib
import datetime as dt
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.app import app, console, settings_with
from pipelines.common.errors import EXIT_OPEN_DATA_KEPT, CandidateRefused, RunLocked, TthcError
from pipelines.common.i18n import say
from pipelines.landing.discover import Days
from pipelines.settings import OPEN_DATA_FOLDER, Engine, Settings
from pipelines.storage.ledger import LedgerDamaged, open_ledger
from pipelines.storage.runs import note_locked_out

if TYPE_CHECKING:
    from pipelines.sample.span import Span


@app.command()
def run(
    raw: Annotated[Path | None, typer.Option(help="Thư mục nhận tệp / landing folder")] = None,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi ghi kho / where the warehouse is written")] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Tính đến ngày nào (TTHC_AS_OF); mặc định ngày mới nhất của ho_so. Ngày trước ngày đang công bố: tính"
            " và để bên cạnh, không công bố / as of which day; one earlier than the published day is computed and kept"
            " beside, not published",
        ),
    ] = None,
    publish: Annotated[
        bool,
        typer.Option(
            "--publish",
            help="Công bố cả khi --as-of là ngày trước ngày đang công bố, và cho biết rút lại những gì / publish as of"
            " an earlier day too, and list what that withdraws",
        ),
    ] = False,
    sample_if_empty: Annotated[
        bool,
        typer.Option(help="Tạo tỉnh tổng hợp nếu chưa có tệp nào / write a synthetic province where none lies"),
    ] = False,
    engine: Annotated[
        Engine | None,
        typer.Option(
            help="Máy tính nào dựng các bảng (TTHC_ENGINE): duckdb, hoặc spark cho dữ liệu lớn hơn một máy; kết quả như"
            " nhau / what computes the tables: duckdb, or spark for what one machine does not hold; results are equal",
        ),
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="Tính lại toàn bộ (TTHC_REBUILD); mặc định chỉ tính hồ sơ có dòng mới hoặc còn mở, khi kết quả vẫn như"
            " thế / compute everything; by default only dossiers with new rows and open ones, where that gives the"
            " same",
        ),
    ] = False,
    day: Annotated[
        str | None,
        typer.Option(
            metavar="NGÀY[..NGÀY]",
            help="Chỉ nhận tệp của ngày này, hoặc từ ngày này đến ngày kia; ngày khác để lần sau / take in the"
            " deliveries of this day only, or of these days; all others wait for another run",
        ),
    ] = None,
    timings: Annotated[
        bool, typer.Option("--timings", help="In thời gian của từng bước / print where the seconds went, by stage")
    ] = False,
) -> None:
    """Chạy việc hằng đêm: nhận tệp, đọc, dựng, kiểm, công bố. / The nightly job, from landing to publication.

    Mã thoát / exit: 0 đã công bố (published) · 6 đã công bố kho; dữ liệu mở không bảo vệ được nên giữ bản trước
    (warehouse published; its open data could not be made safe, the earlier ones stay) · 3 cửa kiểm từ chối, phiên
    bản trước giữ nguyên (gate refused) · 4 đang có lần chạy khác (locked) · 2 sai cú pháp (usage) · 1 lỗi (fault).
    """
    from pipelines.nightly.lock import run_lock

    # A machine that shuts down sends SIGTERM: the steps, and dbt with them, then stop as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = settings_with(
        raw_dir=raw,
        warehouse_dir=warehouse,
        as_of=as_of and as_of.date(),
        publish=publish or None,
        rebuild=rebuild or None,
        engine=engine,
    )
    began, days = time.monotonic(), _days(day) if day else None
    with telling_if_locked(settings), run_lock(settings):
        if sample_if_empty and not _any_delivery(settings):
            dossiers = _sample_dossiers(settings)
            console.print(say("no_deliveries", folder=settings.raw_dir, dossiers=f"{dossiers:,}"), soft_wrap=True)
            _write_sample(settings, settings.raw_dir, dossiers, faults=True)
        try:
            code = _run(settings, days)
        except CandidateRefused:
            from pipelines.reports.summary import show_refusal

            show_refusal(console, settings)
            if timings:
                _show_timings(settings)
            raise
        if timings:
            _show_timings(settings)
    console.print(f"[dim]{time.monotonic() - began:.0f} s[/]")
    raise typer.Exit(code)


def _any_delivery(settings: Settings) -> bool:
    return any(path.is_file() for path in settings.raw_dir.glob("*/*/*"))


def _require_any_delivery(settings: Settings) -> None:
    """Raise TthcError if nothing was ever delivered, before the libraries of a run are loaded."""
    before = settings.ledger_file.exists() or any(path.is_file() for path in settings.archive_dir.rglob("*"))
    if before or _any_delivery(settings):
        return
    from pipelines.contracts.model import load_contracts

    contracts = load_contracts(settings.contracts_dir)
    sources = ", ".join(name for name, contract in contracts.items() if contract.obligatory)
    raise TthcError("obligatory_missing", sources=sources, folder=settings.raw_dir)


@contextlib.contextmanager
def telling_if_locked(settings: Settings) -> Iterator[None]:
    """If another run holds the lock, note that in it for `tthc status`, and send a notice where one is wanted."""
    try:
        yield
    except RunLocked as error:
        with contextlib.suppress(OSError, sqlite3.Error, LedgerDamaged), open_ledger(settings.ledger_file) as ledger:
            note_locked_out(ledger)
        if settings.notices_file is not None:
            from pipelines.reports.morning.notices import send_locked

            send_locked(settings, error)
        raise


def _days(text: str) -> Days:
    """Return the days of `--day`.

    Raises:
        typer.BadParameter: If it is neither a day nor two with .. between them, the earlier one first.
    """
    first, _, last = text.partition("..")
    try:
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
    except ValueError:
        raise typer.BadParameter(say("run_days")) from None
    if days[0] > days[1]:
        raise typer.BadParameter(say("run_days"))
    return days


def _run(settings: Settings, days: Days | None) -> int:
    """Run the job, print how it ended, and return the exit code."""
    from pipelines.cli.progress import showing_progress

    began = time.monotonic()
    _require_any_delivery(settings)

    with showing_progress(console):
        console.print(say("starting"))
        from pipelines.nightly.run import run_nightly

        outcome = run_nightly(settings, began, days)
    from pipelines.reports.summary import show_manifest, show_version
    from pipelines.storage.open_data_state import held_back_sentence, is_held_back, withdrawn_sentences

    folder = settings.versions_dir / outcome.version if outcome.is_beside else settings.current_link.resolve()
    show_version(console, folder)
    show_manifest(console, folder)
    if outcome.is_beside:
        console.print(say("computed_beside", version=outcome.version, folder=folder, day=settings.as_of),
                      highlight=False, markup=False, soft_wrap=True)  # fmt: skip
        return 0
    console.print(
        f"[bold green]{say('published_new' if outcome.changed else 'published_same', version=outcome.version)}[/]"
    )
    where = "published_where" if (folder / OPEN_DATA_FOLDER).is_dir() else "published_where_no_open_data"
    console.print(say(where, folder=settings.current_link), highlight=False, soft_wrap=True)
    for sentence in withdrawn_sentences(outcome.open_data if outcome.changed else None):
        console.print(sentence, style="bold yellow", markup=False, highlight=False, soft_wrap=True)
    if outcome.open_data is None or not is_held_back(outcome.open_data):
        return 0
    text = held_back_sentence(outcome.open_data)
    console.print(text, style="bold yellow", markup=False, highlight=False, soft_wrap=True)
    return EXIT_OPEN_DATA_KEPT


def _show_timings(settings: Settings) -> None:
    from pipelines.reports.timings import read_timings, show_timings

    show_timings(console, read_timings(settings))


def _sample_dossiers(settings: Settings) -> int:
    """Return how many dossiers the synthetic province has.

    Raises:
        TthcError: If the province's register does not say it.
    """
    from pipelines.registers.model import load_province

    described = load_province(settings.province_dir).sample
    if described is None:
        raise TthcError("sample_years_missing", province=settings.province)
    return described.dossiers


def _write_sample(settings: Settings, out: Path, dossiers: int | None, *, faults: bool, **how: Any) -> None:
    """Write a synthetic province by the settings' registers, and print how much it is."""
    from rich.progress import Progress

    from pipelines.sample import TRUTH_FILE, write_province

    began = time.monotonic()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        truth = write_province(
            out, dossiers, faults=faults, registers=settings.registers_dir, province=settings.province, progress=show,
            **how,
        )  # fmt: skip
    rows = sum(truth["planted"].values())
    seconds = f"{time.monotonic() - began:.0f}"
    console.print(
        say("sample_done", rows=f"{rows:,}", folder=out, seconds=seconds, truth=out / TRUTH_FILE),
        soft_wrap=True,
    )


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="Thư mục ghi ra, phải trống / folder to write, must be empty")],
    dossiers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Số hồ sơ; mặc định theo province.yml / number of dossiers, default as province.yml says"
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Cùng số này cho ra cùng từng byte / same seed, same bytes")] = None,
    faults: Annotated[bool, typer.Option("--faults", help="Gài lỗi đã biết / plant known faults")] = False,
    year: Annotated[
        str | None,
        typer.Option(
            "--year",
            help="Một năm, hoặc nhiều năm như 2025..2026; mặc định theo province.yml / one year, or several such as"
            " 2025..2026; default as province.yml says",
        ),
    ] = None,
    province: Annotated[
        str | None,
        typer.Option(help="Thư mục của tỉnh trong registers/ (TTHC_PROVINCE) / the province's folder in registers/"),
    ] = None,
    daily: Annotated[
        bool, typer.Option("--daily", help="Giao từng ngày thay vì từng tháng / deliver day by day, not month by month")
    ] = False,
    first: Annotated[
        dt.datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="Ngày giao đầu tiên, mang theo mọi việc trước đó / first business day, with all before it",
        ),
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Ngày giao cuối cùng / last business day"),
    ] = None,
    by_night: Annotated[
        bool,
        typer.Option(
            "--by-night",
            help="Mỗi đêm một thư mục, có cả tệp giao lại / one folder a night, files delivered again included",
        ),
    ] = False,
) -> None:
    """Ghi một tỉnh TỔNG HỢP để thử. / Write a SYNTHETIC province in the landing layout.

    Ví dụ / examples:

      tthc sample --out data/raw

      tthc sample --out nam --dossiers 2000 --by-night

      tthc sample --out quy --dossiers 2000 --daily --from 2024-02-05 --to 2024-05-05 --by-night

      tthc sample --out moi --province dong-nai-2026 --year 2025..2026 --to 2026-10-15

    Với --by-night, chép nội dung từng thư mục đêm vào data/raw theo thứ tự, mỗi lần rồi chạy `tthc run`: tệp giao lại
    đè lên tệp cũ. / With --by-night, copy what each night's folder holds into data/raw in order and run `tthc run` each
    time: a file delivered again replaces the earlier one.
    """
    from pipelines.sample.deliveries import Cadence

    if out.exists() and any(path.name != ".gitkeep" for path in out.iterdir()):
        raise TthcError("sample_not_empty", folder=out)
    cadence: Cadence = "daily" if daily else "monthly"
    _write_sample(
        settings_with(province=province), out, dossiers, faults=faults, seed=seed, cadence=cadence, by_night=by_night,
        years=_years(year) if year else None, first=first and first.date(), last=last and last.date(),
    )  # fmt: skip


def _years(text: str) -> "Span":
    """Return the years of an option: one, or the first and last of several.

    Raises:
        typer.BadParameter: If it is neither.
    """
    from pipelines.sample.span import Span

    first, _, last = text.partition("..")
    try:
        span = Span(int(first), int(last or first))
    except ValueError:
        raise typer.BadParameter(say("sample_years")) from None
    if span.first_year > span.last_year:
        raise typer.BadParameter(say("sample_years"))
    return span


@app.command()
def rollback(
    version: Annotated[
        str | None, typer.Argument(help="Phiên bản; mặc định là bản liền trước / version, default the one before")
    ] = None,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """Quay về một phiên bản trước: kiểm mã băm rồi chuyển `current`. / Back to an earlier version.

    Kho quay về; dữ liệu mở và trang của người dân giữ nguyên lần công bố mới nhất. Lần chạy sau lại công bố theo dữ
    liệu và quy tắc lúc đó: hãy sửa nguyên nhân trước. / The warehouse goes back; open data and site stay at the newest
    edition. The next run publishes what deliveries and rules then give: fix the cause first.

    Mã thoát / exit: 0 đã chuyển · 1 không có hoặc hỏng · 4 khóa.
    """
    from pipelines.nightly.lock import run_lock
    from pipelines.publish.editions import roll_back
    from pipelines.reports.desk.write import write_nightly_desk

    settings = settings_with(warehouse_dir=warehouse)
    with run_lock(settings):
        chosen = roll_back(settings, version)
        write_nightly_desk(settings, None)
    console.print(say("rolled_back", version=chosen), highlight=False, soft_wrap=True)
