"""Evidence as inline SVG with a data table beside it: read field by field, drawn by pure functions.

`read` turns a check's evidence into plain data that is fit to be shown (`data`), whatever it holds;
`draw` turns that data into a `Figure`: markup, words and the same numbers as a table.
"""
