"""
The review desk over HTTP: over `layers.desk`.

`desk` finds what somebody may decide, `detail` all that is known of one thing, `doing` does what
they say and writes it down, `words` and `rows` say it to people, `letters` to whoever sent it;
`api` is the same for programs.
"""
