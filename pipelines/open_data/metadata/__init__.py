"""Machine-readable descriptions of the open data, in standard formats.

Belongs here: Data Package, CSVW, DCAT with schema.org, and the XLSX edition, all written from one `model.Description`,
which combines the publication register with facts of the written files. Does not belong here: figures (`tables`), what
may be published (`registers.publication`, `audit`). Texts for people are in `open_data.texts` and the registers.
"""
