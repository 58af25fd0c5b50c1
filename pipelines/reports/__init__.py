"""Read-only views of a version, a run or the warehouse: summary, status, explain, SQL shell, quality page."""
