"""What dbt has to know of the levels of offices, made by `make docs`: dbt cannot read the register while it parses.

Belongs here: the text of that macro. Does not belong here: what stands in it (`pipelines.transform.generated_macros`).
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pipelines.registers.levels import Levels
from pipelines.transform.generated_macros import level_terms
from scripts.sql_text import formatted_sql

LEVELS = """\
{{#
    Made by `make docs` out of registers/vietnam/levels.yml, not by hand: the levels of offices, the highest first,
    which is the province itself. A list of: code.
#}}
{{% macro levels() %}}
    {{{{ return({levels}) }}}}
{{% endmacro %}}
"""


def level_files(levels: Levels, dbt_project: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file of the dbt project that follows from the register of levels, and its content."""
    text = LEVELS.format(levels=json.dumps(level_terms(levels)["levels"]))
    yield dbt_project / "macros" / "levels.sql", formatted_sql(text)
