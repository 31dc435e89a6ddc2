"""
The tables of each answer, one module an answer: its `TABLES` names them (see `layers.tabular`).

What a table tells of people is what the answer publishes; nothing is counted here but the cells
and tallies that have passed `geo.disclosure`.
"""
