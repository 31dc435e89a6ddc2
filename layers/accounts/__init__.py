"""
Who works here: accounts, what they may, how they are known again, what they keep, what they did.

Roles are moderator, planner and admin; an admin may all that others may. Passwords and tokens are
never stored, only what checks them. Every change is written down: who, when, what, about whom.
"""
