"""`make readme`: runs what the READMEs show and writes the real output into them; a test runs it and compares.

Belongs here: the outputs that the READMEs quote. Times, versions and the place of the clone differ from run to run, so
they are shown as `…`.
"""

import os
import re
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from pipelines.settings import PROJECT_DIR

# Of one commune's worst month, short enough to be read.
EXPLAINED = ("on_time_rate", "--unit", "H19.39.02", "--period", "2024-02")
QUERY = re.compile(r"```sql\n(.*?)```", re.DOTALL)
PLACES = {"README.md": "en", "README.vi.md": "vi"}


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


def _tthc(language: str, folder: Path, *arguments: str) -> str:
    environment = {
        **os.environ, "TTHC_LANG": language, "COLUMNS": "100", "TTHC_RAW_DIR": str(folder / "data" / "raw"),
        "TTHC_WAREHOUSE_DIR": str(folder / "data" / "warehouse"),
    }  # fmt: skip
    command = [sys.executable, "-m", "pipelines", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return steadied(done.stdout, folder)


def outputs(language: str, folder: Path) -> dict[str, str]:
    """Return what the commands of one README say, run in `folder`, where nothing has been run in that language."""
    query = QUERY.search((PROJECT_DIR / "README.md").read_text(encoding="utf-8"))
    assert query is not None
    return {
        "make run": _tthc(language, folder, "run", "--sample-if-empty"),
        "query": _tthc(language, folder, "sql", query[1]),
        "explain": _tthc(language, folder, "explain", *EXPLAINED),
    }


def shown(page: str) -> dict[str, str]:
    """Return the outputs that a README quotes."""
    text = (PROJECT_DIR / page).read_text(encoding="utf-8")
    return {name: match[2] for name in ("make run", "query", "explain") if (match := block(name).search(text))}


def _with_output(output: str, match: re.Match[str]) -> str:
    return f"{match[1]}{output}{match[3]}"


def main() -> None:
    """Write the real outputs into both READMEs."""
    for page, language in PLACES.items():
        with tempfile.TemporaryDirectory() as folder:
            said = outputs(language, Path(folder))
        path = PROJECT_DIR / page
        text = path.read_text(encoding="utf-8")
        for name, output in said.items():
            text = block(name).sub(partial(_with_output, output), text)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
