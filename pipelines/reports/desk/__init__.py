"""The desk page: how the night went, the score, what is open, lost points, and what is due, on one page each morning.

Belongs here: collecting it (`facts`), its pages (`render`, `charts`), writing them (`write`) and serving them on this
machine (`serve`). It is internal: it names units, never dossiers or persons. Does not belong here: the figures
themselves (marts), lists and letters of units (`reports.officers`), the summary of the night (`reports.morning`).
"""
