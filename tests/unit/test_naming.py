"""Names follow docs/naming.md: a model's prefix is that of its layer, modules are not named after nothing."""

import re
from collections import defaultdict

from pipelines.settings import PROJECT_DIR

PAGE = (PROJECT_DIR / "docs" / "naming.md").read_text(encoding="utf-8")
MODELS = sorted((PROJECT_DIR / "dbt_project" / "models").rglob("*.sql"))
# Prefix → layer, as the page has them.
LAYER_OF = dict(re.findall(r"^\| `(\w+_)[^`]*` \| (\w+) \|", PAGE, re.MULTILINE))
# Layers that also hold tables known by a name of their own.
MIXED = ("state", "marts")
SAYS_NOTHING = ("utils", "util", "helpers", "helper", "misc", "stuff", "common")


def test_a_prefix_stands_in_its_layer_and_a_layer_has_its_prefix() -> None:
    prefixes = defaultdict(set)
    for prefix, layer in LAYER_OF.items():
        prefixes[layer].add(prefix)
    wrong = []
    for path in MODELS:
        layer, prefix = path.parent.name, next((one for one in LAYER_OF if path.stem.startswith(one)), None)
        if (LAYER_OF[prefix] != layer) if prefix else (prefixes[layer] and layer not in MIXED):
            wrong.append(f"{layer}/{path.stem}")
    assert len(LAYER_OF) > 5 and wrong == []


def test_two_underscores_part_an_indicator_from_its_rule() -> None:
    cases = [path.stem for path in MODELS if path.stem.startswith("case_")]
    assert [name for name in cases if not re.fullmatch(r"case_[a-z0-9]+(_[a-z0-9]+)*__(plan|766)", name)] == []


def test_names_are_lower_case_words() -> None:
    modules = [path for path in (PROJECT_DIR / "pipelines").rglob("*.py") if not path.stem.startswith("__")]
    assert [path.name for path in (*modules, *MODELS) if not re.fullmatch(r"[a-z0-9]+(_+[a-z0-9]+)*", path.stem)] == []
    assert [path.name for path in modules if path.stem in SAYS_NOTHING] == []
    folders = {path.parent for path in modules}
    assert [str(folder) for folder in folders if folder.name in SAYS_NOTHING and folder.name != "common"] == []
