"""
The reach engine: travel times of a whole region in two linear passes over its streets.

A region's crossings get an order of elimination once (`order`); eliminating them one after the
other adds shortcuts (`elimination`), so that every shortest way first rises in that order and then
sinks. A question is then one pass up and one pass down over all arcs, without a heap, for many
categories side by side (`sweep`). How it works, with a drawn example: docs/methods/reach.md.

Customizable contraction hierarchies: Dibbelt, Strasser, Wagner, ACM JEA 21 (2016); one-to-all
sweeps: Delling, Goldberg, Nowatzyk, Werneck, IPDPS 2011 (PHAST).
"""
