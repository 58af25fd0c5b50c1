"""The citizens' site: static pages made from the open-data folder alone; every number on a page is a number of a CSV.

`figures` and `vintage_reader` read the CSVs, `periods` and `numbers` format, `offices`, `fields` and `revisions` select
what a page shows, `charts` and `previews` draw, `render` fills the templates, `build` writes everything, `serve` serves
it. Texts are in texts.yml, the indicators that pages feature in choice.yml. Does not belong here: counting, rounding,
hiding (`open_data`).
"""
