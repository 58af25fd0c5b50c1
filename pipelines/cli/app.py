"""The command-line application: language, console and settings, shared by all commands.

Does not belong here: anything of a single command.
"""

import enum
from importlib.metadata import version
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from typer.core import TyperGroup

from pipelines.common.errors import TthcError, UsageFault
from pipelines.common.i18n import language
from pipelines.settings import Settings


class Commands(TyperGroup):
    """The group of commands; an interrupted command prints a message, which typer alone would not."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise TthcError("interrupted") from None


app = typer.Typer(
    name="tthc", cls=Commands, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_show_locals=False,
    help="Kho dữ liệu hồ sơ thủ tục hành chính: từ tệp trích xuất đến con số được công bố.\n\n"
    "Warehouse of administrative-procedure dossiers: from extracts to a published figure.",
    epilog="Bắt đầu / start: [bold]tthc sample --out data/raw --dossiers 20000[/] → [bold]tthc run[/] → "
    '[bold]tthc sql "from handling_status limit 5"[/]',
)  # fmt: skip
console = Console()


class Language(enum.StrEnum):
    """Languages of messages."""

    vi = "vi"
    en = "en"


class Format(enum.StrEnum):
    """Output formats of `tthc sql` and `tthc explain`."""

    table = "table"
    csv = "csv"
    json = "json"


def _show_version(wanted: bool) -> None:
    if wanted:
        console.print(f"tthc {version('tthc-warehouse')}", highlight=False)
        raise typer.Exit


@app.callback()
def options(
    lang: Annotated[
        Language, typer.Option(help="Ngôn ngữ của thông báo / language of messages", envvar="TTHC_LANG")
    ] = Language.vi,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Phiên bản phần mềm / version of the software"
        ),
    ] = False,
) -> None:
    language.set(lang.value)


def settings_with(**changes: Any) -> Settings:
    """Return the settings of the environment, overridden by those of the command line.

    Args:
        changes: Settings by field name; None keeps the environment's.

    Raises:
        UsageFault: If a setting is invalid; the message names it.
    """
    try:
        return Settings(**{name: value for name, value in changes.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = "TTHC_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageFault("setting_invalid", name=name, why=first["msg"]) from None
