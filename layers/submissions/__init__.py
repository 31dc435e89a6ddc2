"""
What anybody suggests, what becomes of it, and initiatives that keep their entry themselves.

`content` checks what is said, `sending` is the sender's side, `review` the desk's, `keeping` the
initiative's, `tidy` lets go of people's data. Nothing of a submission is public before `accept`.
"""
