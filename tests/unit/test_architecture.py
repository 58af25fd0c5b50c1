"""No package imports one that stands above it, and docs/architecture.md shows what the modules import."""

import re
import tomllib
from pathlib import Path

from pipelines.settings import PROJECT_DIR, Settings
from scripts.docs_architecture import LAYERS, MARK, architecture_page, needed, package_imports, reachable

PAGE = (PROJECT_DIR / "docs" / "architecture.md").read_text(encoding="utf-8")
ARROWS = package_imports()


def pairs(pattern: str, text: str) -> set[tuple[str, str]]:
    return {(match[1], match[2]) for match in re.finditer(pattern, text)}


def test_every_package_has_a_layer() -> None:
    root = PROJECT_DIR / "pipelines"
    packages = {path.parent.name for path in root.glob("*/__init__.py")}
    modules = {path.stem for path in root.glob("*.py") if not path.stem.startswith("__")}
    assert packages | modules == set(LAYERS)


def test_no_package_imports_one_above_it() -> None:
    order = list(LAYERS)
    upwards = {arrow: modules for arrow, modules in ARROWS.items() if order.index(arrow[0]) > order.index(arrow[1])}
    assert upwards == {}


def test_the_table_lists_every_import_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", PAGE.split(MARK)[1], re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", below)) for name, below in rows} == {
        name: {target for source, target in ARROWS if source == name} for name in LAYERS
    }


def test_the_picture_draws_the_imports_without_what_follows_from_others() -> None:
    drawn = pairs(r"p_(\w+) --> p_(\w+)", PAGE)
    assert drawn <= set(ARROWS)
    assert {name: reachable(drawn, name) for name in LAYERS} == {name: reachable({*ARROWS}, name) for name in LAYERS}
    assert len(drawn) == len(needed({*ARROWS}))


def test_the_page_is_current() -> None:
    assert architecture_page(Settings()) == PAGE, "run `make docs`"


def test_the_import_linter_has_the_same_layers() -> None:
    """What stands on one line there is independent of each other, so its order does not matter."""
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = [one["layers"] for one in project["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    assert [name.strip() for line in layers for name in line.split("|")] == list(LAYERS)


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    root = tmp_path / "app"
    for place, text in {
        "__main__.py": "from app.upper import x\n",
        "upper/__init__.py": "",
        "upper/a.py": "import os\nfrom app.lower.b import y\n\ndef f():\n    import app.settings\n",
        "upper/b.py": "from app import lower\nfrom app.upper.a import f\n",
        "lower/__init__.py": "",
        "lower/b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.upper.a import f\n",
        "settings.py": "import apple.upper\n",
    }.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text)
    assert package_imports(root) == {
        ("upper", "lower"): ["upper/a.py", "upper/b.py"],
        ("upper", "settings"): ["upper/a.py"],
        ("lower", "upper"): ["lower/b.py"],
    }


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    arrows = {("cli", "gate"), ("gate", "common"), ("cli", "common"), ("common", "settings"), ("cli", "settings")}
    assert needed(arrows) == [("cli", "gate"), ("gate", "common"), ("common", "settings")]
