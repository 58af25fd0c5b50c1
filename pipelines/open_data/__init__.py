"""Open data: what leaves the warehouse for citizens, under which protection, and when.

What may leave and how it is protected is in the registers (`registers.publication`, `registers.disclosure`). `tables`
lays the published tables out, `disclosure` protects what is in them and attacks it, `audit` checks the written files,
`vintage` and `editions` freeze and keep what is out, `metadata` describes it in the standards' formats.
"""
