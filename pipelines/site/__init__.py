"""The citizens' site: static pages made from the open-data folder alone; every number on a page is a CSV number.

`figures` reads the CSVs, `periods` and `numbers` say how periods and numbers read, `offices`, `fields` and `revisions`
put together what a page shows, `charts` draws, `render` fills the templates, `build` writes it all, `serve` shows it.
Does not belong here: counting, rounding, hiding (that is `open_data`). Texts are data: texts.yml; what comes first on a
page: choice.yml.
"""
