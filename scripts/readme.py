"""`make readme`: runs what the READMEs and pages of docs/ show and writes the real output into them.

Belongs here: the outputs that pages quote; a test runs the commands and compares. Times, versions and the place of the
clone differ from run to run, so they are shown as `…`.
"""

import os
import re
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from pipelines.settings import PROJECT_DIR
from scripts import cookbook_answers, docs, picture

# Of one month of a commune, short enough to be read.
EXPLAINED = ("on_time_rate", "--unit", picture.UNIT, "--period", "2024-02")
GAINED = ("--gain", "--unit", picture.UNIT)
QUERY = re.compile(r"```sql\n(.*?)```", re.DOTALL)
# Which outputs a page quotes, in which language.
PAGES = {
    "README.md": ("en", ("make run, in short", "query")),
    "README.vi.md": ("vi", ("make run, in short", "query")),
    "docs/first-night.md": ("en", ("make run",)),
    "docs/explain.md": ("en", ("explain", "gain")),
    "docs/explain.vi.md": ("vi", ("explain", "gain")),
}
# What of a night's output stands in a README: lines with one of these words, and the tables that begin below one.
IN_SHORT = {
    "en": (
        "SYNTHETIC", "Starting", "/7 ", "Indicators of", "Dossiers resolved on time", "Dossiers received online",
        "The plan:", "Gate: all", "Published version", "In data/warehouse",
    ),
    "vi": (
        "TỔNG HỢP", "Khởi động", "/7 ", "Chỉ tiêu của kỳ", "Tỷ lệ hồ sơ giải quyết đúng hạn",
        "Tỷ lệ hồ sơ tiếp nhận trực tuyến", "Kế hoạch:", "đều đạt", "Đã công bố phiên bản", "Ở data/warehouse",
    ),
}  # fmt: skip


def block(name: str) -> re.Pattern[str]:
    """Return the text block that follows the marker of an output."""
    return re.compile(rf"(<!-- output of: {re.escape(name)} -->.*?```text\n)(.*?)(```)", re.DOTALL)


def steadied(text: str, folder: Path) -> str:
    """Return output without what differs from run to run."""
    text = text.replace(f"{folder}/", "")
    text = re.sub(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}", "2024-12-31-…", text)
    text = re.sub(r"^ *\d+\.\d s", "   … s", text, flags=re.MULTILINE)
    text = re.sub(r"(sau|in) \d+ s", r"\1 … s", text)
    text = re.sub(r"^\d+ s$", "… s", text, flags=re.MULTILINE)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def in_short(text: str, words: tuple[str, ...]) -> str:
    """Return the lines that hold one of the words, with `…` for what is left out.

    A table comes with the line above it: its header and its lower edge, and of its rows those that hold a word, each
    with the lines that continue it. Every word must be found.
    """
    absent = [word for word in words if word not in text]
    assert absent == []
    short: list[str] = []
    kept = in_table = False
    for line in text.splitlines():
        if line.startswith("├"):
            continue
        if line.startswith("└"):
            kept = in_table
        elif not line.startswith(("┏", "┃", "┡", "│  ")):  # these go with the line above
            kept = any(word in line for word in words)
        if line.startswith("┏"):
            in_table = kept
        if kept or short[-1:] != ["…"]:
            short.append(line if kept else "…")
    return "\n".join(short) + "\n"


def _tthc(language: str, folder: Path, *arguments: str) -> str:
    environment = {
        **os.environ, "TTHC_LANG": language, "COLUMNS": "100", "TTHC_RAW_DIR": str(folder / "data" / "raw"),
        "TTHC_WAREHOUSE_DIR": str(folder / "data" / "warehouse"),
    }  # fmt: skip
    command = [sys.executable, "-m", "pipelines", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return steadied(done.stdout, folder)


def outputs(language: str, folder: Path) -> dict[str, str]:
    """Return what the quoted commands say, run in `folder`, where nothing has been run in that language."""
    query = QUERY.search((PROJECT_DIR / "README.md").read_text(encoding="utf-8"))
    assert query is not None
    night = _tthc(language, folder, "run", "--sample-if-empty")
    return {
        "make run": night,
        "make run, in short": in_short(night, IN_SHORT[language]),
        "query": _tthc(language, folder, "sql", query[1]),
        "explain": _tthc(language, folder, "explain", *EXPLAINED),
        "gain": _tthc(language, folder, "explain", *GAINED),
    }


def shown(page: str) -> dict[str, str]:
    """Return the outputs that a page quotes."""
    text = (PROJECT_DIR / page).read_text(encoding="utf-8")
    return {name: match[2] for name in PAGES[page][1] if (match := block(name).search(text))}


def _with_output(output: str, match: re.Match[str]) -> str:
    return f"{match[1]}{output}{match[3]}"


def write(page: str, said: dict[str, str]) -> None:
    """Write the outputs that a page quotes into it."""
    path = PROJECT_DIR / page
    text = path.read_text(encoding="utf-8")
    for name in PAGES[page][1]:
        text = block(name).sub(partial(_with_output, said[name]), text)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Run the commands in both languages, write what they say into the pages, take pictures, answer the cookbook."""
    for language in IN_SHORT:
        with tempfile.TemporaryDirectory() as folder:
            said = outputs(language, Path(folder))
            if language == "vi":
                picture.take(Path(folder) / "data" / "warehouse")
        for page, (spoken, _) in PAGES.items():
            if spoken == language:
                write(page, said)
    with tempfile.TemporaryDirectory() as folder:
        cookbook_answers.write_answers(Path(folder))
    docs.main()


if __name__ == "__main__":
    main()
