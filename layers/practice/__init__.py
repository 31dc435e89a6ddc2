"""
Practice cards: what an initiative did, what it took, what failed, and who took it up elsewhere.

`card` is what a card holds and checks; `files` reads those in a region's folder; `store` keeps
those of the database and all adoptions; `library` is both together.
"""
