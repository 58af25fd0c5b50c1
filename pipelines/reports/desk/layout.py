"""Names, templates and styles of the desk's pages.

Belongs here: names of files, loading templates and styles. Does not belong here: what they are filled with (`render`,
`steps_render`).
"""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipelines.reports.desk.wording import HERE

TEMPLATES = HERE / "templates"
# Files in the folder of reports, by language.
PAGES = {"vi": "index.html", "en": "index.en.html"}
STEPS_PAGES = {"vi": "steps.html", "en": "steps.en.html"}


@cache
def styles(*names: str) -> Markup:
    """Return style sheets of ours, one after the other; a later one may change what an earlier one says."""
    return Markup("").join(Markup((TEMPLATES / name).read_text(encoding="utf-8")) for name in names)  # noqa: S704 - our own files


@cache
def template(name: str) -> Template:
    """Return a template in which every value is escaped and a missing one is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)
