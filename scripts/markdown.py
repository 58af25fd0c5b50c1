"""Small pieces of Markdown that the generated pages share."""

NOTE = "<!-- Made by `make docs` from {origin}; do not edit by hand. -->\n\n"


def cell(text: str) -> str:
    """Return a text that stands in one cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def code(*names: str) -> str:
    """Return names set as code, one after the other."""
    return ", ".join(f"`{name}`" for name in names)
