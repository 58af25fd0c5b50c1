"""The gate: is this candidate warehouse fit to publish?

What is asked lies in `expectations/`.

Belongs here: reading the suites, letting Great Expectations run them inside DuckDB, and the verdict. Does not belong
here: what happens to a refused or a passed candidate, and the Dagster checks around it.
"""
