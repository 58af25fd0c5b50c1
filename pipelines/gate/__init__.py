"""The gate: decides whether a candidate warehouse may be published.

Belongs here: reading the suites of `expectations/`, running them with Great Expectations inside DuckDB, and the
verdict. Does not belong here: the checks themselves (`expectations/`), what happens to a refused or a passed candidate
(`publish`), and the Dagster checks around the gate (`nightly`).
"""
