"""Spark as the second engine: the same dbt models on the same lake, for sizes that one machine does not hold.

Belongs here: what only Spark needs. Does not belong here: SQL, which both engines share; what they spell differently is
in `dbt_project/macros/portable.sql`.
"""
