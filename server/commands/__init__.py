"""
The commands of `umkreis`: `table` lists them all, each loads from its own module when it is used.

Commands of a measure lie with the measure in `server.measures`.
"""
