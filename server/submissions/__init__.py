"""
Suggestions, their private links, and initiatives that keep their entry: over `layers.submissions`.

`filled` reads the form, `places` finds what an address means, `words` says all of it, `form_page`
shows form and preview for everybody who fills them in; `api` is the same for programs.
"""
