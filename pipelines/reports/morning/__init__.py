"""The summary of a night: what came, what is missing or held, what was published, and what to do in the morning.

Belongs here: collecting it (`facts`), its texts (`render`), its files (`write`) and sending it (`notices`). Does not
belong here: how a run ended (`reports.endings`), the quality page with its places of rows (`reports.quality`).
"""
