"""Names follow docs/naming.md: a model's prefix is that of its layer, modules are not named after nothing."""

import re
from pathlib import Path

from pipelines.settings import PROJECT_DIR

PAGE = (PROJECT_DIR / "docs" / "naming.md").read_text(encoding="utf-8").split("## Models")[1].split("\n## ")[0]
FOLDER = PROJECT_DIR / "dbt_project" / "models"
MODELS = sorted(FOLDER.rglob("*.sql"))
# Prefix → the layers (folders of models) that it stands in, as the page has them.
LAYERS_OF = {
    prefix: set(layers.split(", "))
    for prefix, layers in re.findall(r"^\| `(\w+_)[^`]*` \| ([\w, ]+) \|", PAGE, re.MULTILINE)
}
# Published under that name; the register's own word is "known correction".
OWN_NAME = ("known_corrections",)
SAYS_NOTHING = ("utils", "util", "helpers", "helper", "misc", "stuff", "common")


def folders_of(path: Path) -> set[str]:
    return set(path.relative_to(FOLDER).parts[:-1])


def test_a_prefix_stands_in_its_layers() -> None:
    wrong = [
        path.relative_to(FOLDER).as_posix()
        for path in MODELS
        for prefix, layers in LAYERS_OF.items()
        if path.stem.startswith(prefix) and not folders_of(path) & layers and path.stem not in OWN_NAME
    ]
    assert len(LAYERS_OF) > 5 and wrong == []


def test_only_state_and_what_is_published_have_names_without_a_prefix() -> None:
    described = set(re.findall(r"`(\w+)`", PAGE))
    prefixes = tuple(LAYERS_OF)
    bare = {path.stem for path in MODELS if not path.stem.startswith(prefixes) and "state" not in folders_of(path)}
    published = {path.stem for path in (PROJECT_DIR / "expectations").glob("*.yml")}
    assert bare <= published
    assert {"indicator_values", "plan_scorecard", "handling_status"} <= bare & described


def test_two_underscores_part_an_indicator_from_its_rule() -> None:
    cases = [path.stem for path in MODELS if path.stem.startswith("case_")]
    assert [name for name in cases if not re.fullmatch(r"case_[a-z0-9]+(_[a-z0-9]+)*__(plan|766)", name)] == []


def test_names_are_lower_case_words() -> None:
    modules = [path for path in (PROJECT_DIR / "pipelines").rglob("*.py") if not path.stem.startswith("__")]
    assert [path.name for path in (*modules, *MODELS) if not re.fullmatch(r"[a-z0-9]+(_+[a-z0-9]+)*", path.stem)] == []
    assert [path.name for path in modules if path.stem in SAYS_NOTHING] == []
    folders = {path.parent for path in modules}
    assert [str(folder) for folder in folders if folder.name in SAYS_NOTHING and folder.name != "common"] == []
