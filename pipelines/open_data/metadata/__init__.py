"""What the open data say of themselves, in the formats that others' tools read without help.

Belongs here: Data Package, CSVW, DCAT with schema.org, and the XLSX edition, all written from one `model.Description`,
which is made of the publication register and the facts of the written files. Does not belong here: figures (`tables`),
what may go out at all (`registers.publication`, `audit`). Words for people are in `texts.yml` and the registers.
"""
