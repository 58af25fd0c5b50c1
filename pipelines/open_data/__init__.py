"""Open data: tables for the public, their protection, and their publication in vintages.

What may be published and how it is protected is decided in the registers (`registers.publication`,
`registers.disclosure`). `tables` builds the published tables, `disclosure` protects protected counts and attacks them,
`audit` checks the written files, `vintage` makes a vintage and `editions` keeps the published ones, `metadata`
describes them in standard formats.
"""
