"""
A council paper on paper: chapters as blocks, and who writes these as a page and as a document.

The answers come from `layers.paper_answers`; page and document are written from the same blocks, so
that neither can say other than the other.
"""
