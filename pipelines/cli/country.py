"""The commands `tthc country run`, `status` and `rollup`: several provinces of one installation.

Belongs here: arguments and exit codes. Does not belong here: nights, figures, and how they are printed (`country`).
"""

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.app import app, console, settings_with
from pipelines.cli.dagster import HOST, PORT, open_page
from pipelines.common.errors import EXIT_FAULT, EXIT_STALE, TthcError
from pipelines.common.i18n import say

if TYPE_CHECKING:
    from pipelines.country.provinces import Installation

country = typer.Typer(
    name="country", no_args_is_help=True,
    help="Nhiều tỉnh trong một bản cài đặt (docs/country.vi.md). / Several provinces of one installation.",
)  # fmt: skip
app.add_typer(country)

ProvincesFile = Annotated[
    Path | None, typer.Option("--provinces", help="Danh sách tỉnh (TTHC_PROVINCES_FILE) / the list of provinces")
]
Codes = Annotated[
    list[str] | None, typer.Argument(metavar="[TỈNH]...", help="Mã tỉnh; mặc định mọi tỉnh / codes; default all")
]
AsJson = Annotated[bool, typer.Option("--json", help="In dạng JSON / print JSON")]


def _installation(provinces: Path | None) -> "Installation":
    from pipelines.country.provinces import load_installation

    return load_installation(settings_with(provinces_file=provinces))


@country.command()
def run(
    codes: Codes = None,
    provinces: ProvincesFile = None,
    at_once: Annotated[
        int | None, typer.Option(min=1, help="Nhiều nhất bao nhiêu đêm cùng lúc / how many nights at a time")
    ] = None,
    rollup: Annotated[
        bool, typer.Option("--rollup", help="Rồi cộng số liệu toàn quốc / then add up the figures of the country")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Chạy việc hằng đêm của các tỉnh, nhiều đêm cùng lúc. / The nights of provinces, several at a time.

    Mỗi đêm là một `tthc run` riêng, khóa riêng: tỉnh này lỗi, bị giữ hay bị ngắt không ảnh hưởng tỉnh khác. Dừng lệnh
    này bằng Ctrl+C thì các đêm dừng an toàn; nếu chính nó bị giết, các đêm vẫn chạy tiếp. / Each night is a `tthc run`
    of its own with its own lock: what becomes of one touches no other. Ctrl-C stops them all safely; if this command
    itself is killed, the nights go on.

    Ví dụ / examples: tthc country run · tthc country run H19 H10 --at-once 2 · tthc country run --rollup

    Mã thoát / exit: mã xấu nhất của các đêm, từ xấu đến tốt: 1, 2, 4, 3, 6, 0 (xem `tthc run --help`). / the worst of
    the nights', from worst to best.
    """
    from pydantic import ByteSize

    from pipelines.country.night_ends import read_night
    from pipelines.country.nights import run_nights, worst_of

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the nights are then stopped as on Ctrl-C
    installation = _installation(provinces)
    chosen = installation.chosen(codes or [])
    if not as_json:
        begins = {"at_once": at_once or installation.at_once, "memory": ByteSize(installation.memory).human_readable()}
        console.print(say("country_begins", count=len(chosen), folder=installation.folder / "nights", **begins),
                      highlight=False, soft_wrap=True)  # fmt: skip
    from pipelines.cli.progress import showing_nights
    from pipelines.country.view import show_nights

    with showing_nights(console, chosen, quiet=as_json) as tell:
        ends = run_nights(installation, chosen, tell, at_once=at_once)
    nights = [read_night(installation.settings_of(end.code), end) for end in ends]
    codes_of_ends = [end.exit_code for end in ends]
    if as_json:
        sys.stdout.write(json.dumps([night.to_dict() for night in nights], ensure_ascii=False, indent=1) + "\n")
    else:
        show_nights(console, nights)
    if rollup:
        codes_of_ends.append(_roll_up(installation, quiet=as_json))
    raise typer.Exit(worst_of(codes_of_ends))


def _roll_up(installation: "Installation", *, quiet: bool) -> int:
    """Roll up after the nights, and return 0; or print the error and return its exit code: the nights stay done."""
    from pipelines.country.rollup_version import roll_up
    from pipelines.country.view import show_rollup

    try:
        outcome = roll_up(installation)
    except TthcError as error:
        console.print(str(error), style="bold red", markup=False, highlight=False, soft_wrap=True)
        return error.exit_code
    if not quiet:
        show_rollup(console, installation.country_settings, outcome)
    return 0


@country.command()
def status(codes: Codes = None, provinces: ProvincesFile = None, as_json: AsJson = False) -> None:
    """Các tỉnh đang thế nào, mỗi tỉnh một dòng. / How the provinces stand, one line each.

    Mã thoát / exit: 0 · 3 có tỉnh đã cũ hoặc chưa công bố gì (one is stale) · 1 có tỉnh không đọc được (one cannot be
    read). Chi tiết một tỉnh / details of one: tthc status.
    """
    from pipelines.country.rollup_version import read_country
    from pipelines.country.status import read_statuses
    from pipelines.country.view import show_country, show_statuses
    from pipelines.landing.discover import today_at_home

    installation = _installation(provinces)
    rows = read_statuses(installation, installation.chosen(codes or []), today_at_home())
    national = read_country(installation)
    if as_json:
        sys.stdout.write(json.dumps({"provinces": rows, "country": national}, ensure_ascii=False, indent=1) + "\n")
    else:
        show_statuses(console, rows)
        show_country(console, national)
    if any(row["error"] for row in rows):
        raise typer.Exit(EXIT_FAULT)
    if any(row["is_stale"] for row in rows):
        raise typer.Exit(EXIT_STALE)


@country.command()
def rollup(provinces: ProvincesFile = None, as_json: AsJson = False) -> None:
    """Cộng số liệu đã công bố của các tỉnh thành số liệu toàn quốc. / Add up what the provinces publish.

    Chỉ đọc dữ liệu mở của phiên bản đang công bố; cộng những gì cộng được; nêu tên tỉnh không được cộng và vì sao. /
    Only open data of published versions are read, only what adds up is added, and provinces not in it are named.

    Mã thoát / exit: 0 đã công bố hoặc không có gì mới (published, or nothing new) · 1 không tỉnh nào cộng được, hoặc
    lỗi (no province can be added, or a fault): bản trước giữ nguyên · 2 danh sách tỉnh sai (wrong list) · 4 khóa.
    """
    from pipelines.country.rollup_version import read_country, roll_up
    from pipelines.country.view import show_rollup

    installation = _installation(provinces)
    outcome = roll_up(installation)
    if as_json:
        sys.stdout.write(json.dumps(read_country(installation), ensure_ascii=False, indent=1) + "\n")
    else:
        show_rollup(console, installation.country_settings, outcome)


@country.command()
def dagster(
    provinces: ProvincesFile = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Cổng / port")] = PORT,
    host: Annotated[
        str, typer.Option(help="Địa chỉ; trang không có đăng nhập / address; the page has no login")
    ] = HOST,
) -> None:
    """Mở trang của Dagster cho mọi tỉnh, cùng trình nền và hàng đợi. / Dagster's page of all provinces, with its queue.

    Mỗi tỉnh là một phần (partition) của việc `nights`: chọn các tỉnh rồi bấm Materialize là chạy đêm của chúng, mỗi
    lúc nhiều nhất bấy nhiêu tỉnh như danh sách cho phép. / Each province is a partition of the job `nights`: choose
    some and materialize them, and the queue lets as many go on at a time as the list allows.
    """
    from pipelines.country.run_queue import DEFINITIONS, prepare_country_home

    installation = _installation(provinces)
    open_page(
        installation.country_settings, host, port, DEFINITIONS, lambda: prepare_country_home(installation),
        TTHC_PROVINCES_FILE=str(installation.file),
    )  # fmt: skip
