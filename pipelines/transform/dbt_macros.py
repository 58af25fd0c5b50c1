"""Renders the SQL of macros and models with Jinja alone, without dbt; relations have their bare names.

For steps that must apply the same SQL as the models, such as `tthc check`. Belongs here: the part of dbt's Jinja that
our macros use. Does not belong here: any rule (`row_rules`), or running dbt (`dbt`).
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

from jinja2 import Environment, Template

MACRO = re.compile(r"\{%-? macro (?P<name>\w+).*?endmacro -?%\}", re.DOTALL)


class _ReturnFromMacro(Exception):
    """Raised by `return` in a macro, which as in dbt ends it with a value of any type."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _leave_macro(value: Any) -> None:
    raise _ReturnFromMacro(value)


def _with_return(macro: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return macro(*args, **kwargs)
        except _ReturnFromMacro as returned:
            return returned.value

    return call


@cache
def _environment(dbt_project: Path, engine: str) -> Environment:
    """Return Jinja with all macros of the project; cached, so later changes of the project are not seen."""
    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701 - the text is our own SQL
    known = environment.globals
    known |= {"ref": str, "source": lambda *names: names[-1], "config": lambda **_: "", "return": _leave_macro}
    # As dbt does it: a macro's own form for an engine, or its default.
    known["target"] = SimpleNamespace(type=engine, name=engine)
    own = SimpleNamespace(dispatch=lambda name: known.get(f"{engine}__{name}") or known[f"default__{name}"])
    known["adapter"] = own
    for path in sorted((dbt_project / "macros").glob("*.sql")):
        # As in dbt, only the macros of a file are used: it has blocks that Jinja alone does not know. Each macro is a
        # template of its own with shared globals, so that the macros which it calls can return values too.
        for macro in MACRO.finditer(path.read_text(encoding="utf-8")):
            module = environment.from_string(macro[0]).make_module(known, shared=True)
            known[macro["name"]] = _with_return(getattr(module, macro["name"]))
    return environment


@lru_cache(maxsize=1_000)
def _compiled(environment: Environment, template: str) -> CodeType:
    """Return a template as code: a check renders the same few hundred again for every file it reads."""
    return environment.compile(template)


def render_sql(dbt_project: Path, template: str, *, engine: str = "duckdb", **given: Any) -> str:
    """Return the SQL of a template that calls macros of the project.

    Args:
        dbt_project: The folder of the project.
        template: Jinja text as in a model.
        engine: The engine that the SQL is for (`Settings.engine`).
        given: Further variables of the template by name, also in place of a macro.

    Raises:
        jinja2.TemplateError: If the template or a macro cannot be rendered.
    """
    environment = _environment(dbt_project, engine)
    code = _compiled(environment, template)
    return Template.from_code(environment, code, environment.make_globals(given)).render().strip()


def render_model(dbt_project: Path, model: str, **given: Any) -> str:
    """Return the SQL of a model, given as its path below `models` such as `state/misplaced_unit` (see `render_sql`).

    Raises:
        OSError: If there is no such model.
    """
    path = dbt_project / "models" / f"{model}.sql"
    return render_sql(dbt_project, path.read_text(encoding="utf-8"), **given)
