"""
Public transport: a timetable read from GTFS, and how long people travel by it.

The modules in the order of the data's way: `gtfs` (with `gtfs_*`) reads a feed into a `Timetable`;
`window` and `days` say when, `rides` what runs then, `walks` how people get to it; `events` puts it
in order, `scan` passes over it once for all sets of offers, `residents` sums up the departures of
each person. `transit` is what others use; `journey` writes one journey out, `changes` makes the
timetable that a scenario assumes.
"""
