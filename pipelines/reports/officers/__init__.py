"""Officers' reports: form II.06a, the plan's goals and tasks, late dossiers and findings of one period.

Belongs here: reading a period out of a published version, workbooks and Word files, locking what was handed in, and
comparing an officer's own form. They are internal: dossier codes yes, persons never. Does not belong here: computing a
figure (the models), commands (`cli.report`).
"""
