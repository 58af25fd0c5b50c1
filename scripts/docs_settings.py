"""The page of settings, made from the fields of `Settings`.

Belongs here: names, defaults and meanings as a table. Does not belong here: what a setting does.
"""

from pathlib import Path
from typing import Any

from pydantic import ByteSize
from pydantic_core import PydanticUndefined

from pipelines.settings import PROJECT_DIR, Settings
from scripts.markdown import NOTE, cell

HEAD = """\
# Settings · Tham số

Environment variables, read once when a command starts; `tthc run --raw`, `--warehouse` and `--as-of` say the same on
the command line. A value that cannot be used stops the command, which names the variable (exit 2). Paths may be
relative to the folder in which the command is called; defaults lie in the checkout.

Biến môi trường, đọc một lần khi lệnh bắt đầu. Giá trị không dùng được thì lệnh dừng và nêu tên biến (mã thoát 2). Đường
dẫn có thể tương đối so với thư mục gọi lệnh; mặc định nằm trong thư mục mã nguồn.

| variable | default | meaning |
|---|---|---|
| `TTHC_LANG` | `vi` | language of messages, `vi` or `en`; `tthc --lang` says the same |
| `TTHC_DEBUG` | not set | any value: an unexpected error shows its trace, which may quote values of rows |
"""


def settings_page(_: Settings) -> str:
    """Return one row per setting: variable, default, meaning."""
    rows = [
        f"| `TTHC_{name.upper()}` | {_shown(field.default)} | {cell(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]
    return NOTE.format(origin="`pipelines/settings.py`") + HEAD + "\n".join(rows) + "\n"


def _shown(default: Any) -> str:
    """Return a default as people would write it."""
    if default is None or default is PydanticUndefined:
        return "not set"
    if isinstance(default, Path):
        return f"`{default.relative_to(PROJECT_DIR).as_posix()}`"
    if isinstance(default, ByteSize):
        return f"`{default.human_readable(decimal=default % 2**20 != 0).replace('.0', '')}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
