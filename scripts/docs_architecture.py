"""docs/architecture.md: its picture and table of packages, made from what the modules of `pipelines` import.

Belongs here: reading imports, and drawing them. What people write by hand on that page stays as it is.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from pipelines.settings import PROJECT_DIR, Settings
from scripts.markdown import cell, code

PAGE = PROJECT_DIR / "docs" / "architecture.md"
ROOT = PROJECT_DIR / "pipelines"
MARK = "<!-- packages: made by `make docs` from the imports -->"
# From top to bottom: a package imports only what stands below it (`tests/unit/test_architecture.py`).
LAYERS = {
    "definitions": "the code location that Dagster loads",
    "cli": "the command `tthc`: arguments, exit codes, progress",
    "country": "several provinces of one installation: nights in parallel, status, figures of the country",
    "nightly": "the job: its first steps, Dagster assets and checks around the others, lock, recovery",
    "reports": "views of a version: summary, status, `tthc explain`, SQL shell, quality pages, officers' reports",
    "publish": "a candidate becomes a version by one switch; verification, rollback, editions",
    "site": "the citizens' pages, made from the open-data folder alone",
    "open_data": "tables for everybody, their protection, audit, vintages and descriptions",
    "gate": "runs `expectations/` on the candidate and gives a verdict bound to its bytes",
    "dry_run": "`tthc check`: what a night would say of a file, keeping nothing of it",
    "transform": "lays out what dbt reads, runs dbt in a child process, keeps the night's rejections",
    "parsing": "one delivered file becomes accepted and rejected rows, by contract and without persons",
    "landing": "finds, hashes and archives what was delivered",
    "sample": "the synthetic province, with the truth that must come out of it",
    "storage": "where things lie on disk and how they are written: ledger, lake, runs, manifest",
    "registers": "what officials decide, read from `registers/` and checked",
    "contracts": "what a source looks like, read from `contracts/`; types of cells",
    "common": "helpers that know nothing of dossiers: files, checksums, messages, DuckDB",
    "settings": "`TTHC_…` of one installation",
}
Arrow = tuple[str, str]


def imported_modules(tree: ast.Module) -> Iterator[str]:
    """Yield every module that a module imports, wherever in it, as a dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_imports(root: Path = ROOT) -> dict[Arrow, list[str]]:
    """Return the arrows from package to package below `root`, each with the modules that make it.

    A module directly in `root` is a package of its own; `__init__` and `__main__` of `root` only start the command.
    """
    arrows: dict[Arrow, list[str]] = {}
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root)
        package = place.parts[0].removesuffix(".py")
        if package.startswith("__"):
            continue
        for name in imported_modules(ast.parse(path.read_text(encoding="utf-8"))):
            top, _, inner = name.partition(".")
            target = inner.split(".")[0]
            if top == root.name and target not in ("", package):
                arrows.setdefault((package, target), []).append(place.as_posix())
    return arrows


def reachable(arrows: set[Arrow], start: str) -> set[str]:
    """Return what can be reached from `start` over one arrow or more."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        nearest = {target for source, target in arrows if source == here} - found
        found |= nearest
        waiting += nearest
    return found


def needed(arrows: set[Arrow]) -> list[Arrow]:
    """Return the arrows that no detour replaces (the transitive reduction), in the order of the layers."""
    kept = [arrow for arrow in arrows if arrow[1] not in reachable(arrows - {arrow}, arrow[0])]
    order = list(LAYERS)
    return sorted(kept, key=lambda arrow: (order.index(arrow[0]), order.index(arrow[1])))


def picture(arrows: set[Arrow]) -> list[str]:
    """Return the lines of a Mermaid graph; quoted labels, since some names are words of Mermaid."""
    boxes = [f'    p_{name}["{name}"]' for name in LAYERS]
    return ["```mermaid", "flowchart TD", *boxes, *(f"    p_{a} --> p_{b}" for a, b in needed(arrows)), "```"]


def table(arrows: set[Arrow]) -> list[str]:
    """Return the table of packages: what each is for, and all that it imports."""
    lines = ["| package | what it is for | imports |", "|---|---|---|"]
    for name, purpose in LAYERS.items():
        below = [other for other in LAYERS if (name, other) in arrows]
        lines.append(f"| `{name}` | {cell(purpose)} | {code(*below) or '–'} |")
    return lines


def architecture_page(_: Settings) -> str:
    """Return docs/architecture.md with its picture and table as the imports are now."""
    arrows = set(package_imports())
    before, _old, after = PAGE.read_text(encoding="utf-8").split(MARK)
    return MARK.join([before, "\n".join(["", "", *picture(arrows), "", *table(arrows), "", ""]), after])
