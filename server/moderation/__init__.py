"""
The review desk over HTTP: over `layers.desk`.

`desk` finds what somebody may decide, `detail` all that is known of one thing, `doing` does what
they say and writes it down, `letters` tell whoever sent it. `words`, `rows` and `lists` say it to
people, `shown` is the page of one thing; `api` is the same for programs.
"""
