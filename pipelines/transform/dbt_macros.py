"""The SQL of dbt's macros and models without dbt: rendered by Jinja alone, every relation by its bare name.

For whoever must judge by the words of the models themselves, such as `tthc check`. Belongs here: the part of dbt's
Jinja that our macros use. Does not belong here: any rule, or running dbt (`dbt`).
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

MACRO = re.compile(r"\{%-? macro (?P<name>\w+).*?endmacro -?%\}", re.DOTALL)


class _Returned(Exception):
    """How `return` leaves a macro with a value that is no text, as in dbt."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _leave_macro(value: Any) -> None:
    raise _Returned(value)


def _with_return(macro: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return macro(*args, **kwargs)
        except _Returned as returned:
            return returned.value

    return call


@cache
def _environment(dbt_project: Path) -> Environment:
    """Jinja with all macros of the project. Cached: a process judges by the project as it was when it first looked."""
    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701 - the text is our own SQL
    known = environment.globals
    known |= {"ref": str, "source": lambda *names: names[-1], "config": lambda **_: "", "return": _leave_macro}
    # Ours are the defaults: there is one adapter.
    known["adapter"] = SimpleNamespace(dispatch=lambda name: known[f"default__{name}"])
    for path in sorted((dbt_project / "macros").glob("*.sql")):
        # As dbt does, only macros are taken out of a file: it has blocks that Jinja alone does not know. Each is a
        # template of its own over the shared names, so that whatever macro it calls is one that can return a value.
        for macro in MACRO.finditer(path.read_text(encoding="utf-8")):
            module = environment.from_string(macro[0]).make_module(known, shared=True)
            known[macro["name"]] = _with_return(getattr(module, macro["name"]))
    return environment


def render_sql(dbt_project: Path, template: str, **given: Any) -> str:
    """Return the SQL of a template that calls macros of the project.

    Args:
        dbt_project: The folder of the project.
        template: Jinja text as in a model.
        given: By name what it reads besides, or what stands in for a macro.

    Raises:
        jinja2.TemplateError: The text is no template.
    """
    return _environment(dbt_project).from_string(template, globals=given).render().strip()


def render_model(dbt_project: Path, model: str, **given: Any) -> str:
    """Return the SQL of a model such as `state/misplaced_unit`, as `render_sql` does.

    Raises:
        OSError: There is no such model.
    """
    path = dbt_project / "models" / f"{model}.sql"
    return render_sql(dbt_project, path.read_text(encoding="utf-8"), **given)
