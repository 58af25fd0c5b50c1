"""Read-only SQL on published versions (`tthc sql`): one query, a file of them, a prompt, two versions compared.

Belongs here: opening a version for queries, reading statements and commands, showing and writing results. Does not
belong here: how a file is protected (`publish.read_only`); the questions that reports ask (`reports`, each in its
package).
"""

from pipelines.reports.sql_shell.connection import read_only_connection

__all__ = ["read_only_connection"]
