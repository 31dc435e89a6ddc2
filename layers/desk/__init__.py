"""
The review desk: all that waits in a region for somebody to decide; decided once, undone again.

What anybody suggested, who asks to keep an entry, what reviewed imports bring, pairs that may be
one offer, and entries that somebody should ask about. `items` names them, `queue` finds them,
`suggested` and `deciding` decide, `decided` tells who did, `undoing` takes it back. Two people may
decide at the same time: the second learns who was first, and nothing is done twice.
"""
