"""What `make docs` writes is current: it follows from contracts, registers and models and from nothing else."""

from pathlib import Path

import pytest

from pipelines.settings import PROJECT_DIR, Settings
from scripts.docs import generated_files
from scripts.published_columns import published_columns

GENERATED = dict(generated_files(Settings()))


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.relative_to(PROJECT_DIR).as_posix())
def test_a_generated_file_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path], "run `make docs`"


def test_the_columns_that_the_gate_expects_are_those_that_the_models_declare(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "marts"
    folder.mkdir(parents=True)
    (folder / "_marts.yml").write_text(
        "version: 2\nmodels: [{name: b, columns: [{name: x}, {name: y}]}, {name: a, columns: [{name: z}]}]\n"
    )
    assert published_columns(tmp_path) == '{\n "a": ["z"],\n "b": ["x", "y"]\n}\n'
