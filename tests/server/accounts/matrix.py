"""
Who may reach which route: the one table that `test_matrix.py` asks every route of the app about.

Whatever is not named here is a GET for everybody, or a question by POST that changes nothing
(`server.cross_origin.QUESTIONS`). A route that demands a role, or that changes anything, needs a
row in `ROWS`: its method and path as FastAPI knows them, and who may use it.
"""

EVERYBODY = "everybody"
SIGNED_IN = "signed in"
MODERATOR = "moderator"
PLANNER = "planner"
ADMIN = "admin"

# who may use what, beside an admin, who may use all
ALLOWED = {
    EVERYBODY: {"anonymous", "moderator", "planner", "admin"},
    SIGNED_IN: {"moderator", "planner", "admin"},
    MODERATOR: {"moderator", "admin"},
    PLANNER: {"planner", "admin"},
    ADMIN: {"admin"},
}
_STORED = "/api/v1/regions/{region}/scenarios/stored"
_DESK = "/api/v1/moderation/{region}"
_SUBMISSIONS = "/api/v1/regions/{region}/submissions"
ROWS = {
    ("POST", "/sign-in"): EVERYBODY,
    ("POST", "/sign-out"): EVERYBODY,
    ("POST", "/set-password"): EVERYBODY,
    ("POST", "/set-password/{key}"): EVERYBODY,  # the link is the right to it
    ("GET", "/account"): SIGNED_IN,
    ("POST", "/account/sessions/end"): SIGNED_IN,
    ("POST", "/account/tokens"): SIGNED_IN,
    ("POST", "/account/tokens/revoke"): SIGNED_IN,
    ("POST", "/account/password"): SIGNED_IN,
    ("GET", "/account/users"): ADMIN,
    ("POST", "/account/users"): ADMIN,
    ("POST", "/account/users/link"): ADMIN,
    ("POST", "/account/users/role"): ADMIN,
    ("POST", "/account/users/state"): ADMIN,
    ("GET", _STORED): PLANNER,
    ("POST", _STORED): PLANNER,
    ("PUT", f"{_STORED}/{{id}}"): PLANNER,
    ("DELETE", f"{_STORED}/{{id}}"): PLANNER,
    ("POST", "/api/v1/practice/{region}"): MODERATOR,
    ("POST", "/api/v1/practice/{region}/{card}/adoptions"): MODERATOR,
    ("GET", _DESK): MODERATOR,
    ("GET", f"{_DESK}/decisions"): MODERATOR,
    ("GET", f"{_DESK}/{{item}}"): MODERATOR,
    ("POST", f"{_DESK}/{{item}}"): MODERATOR,
    ("POST", f"{_DESK}/{{item}}/undo"): MODERATOR,
    ("GET", "/moderation"): MODERATOR,
    ("GET", "/moderation/{region}/{item}"): MODERATOR,
    ("POST", "/moderation/{region}/{item}"): MODERATOR,
    ("POST", "/moderation/{region}/{item}/undo"): MODERATOR,
    ("GET", "/moderation/{region}/{item}/edit"): MODERATOR,
    ("POST", "/moderation/{region}/{item}/edit"): MODERATOR,
    ("POST", _SUBMISSIONS): EVERYBODY,
    ("POST", "/r/{region}/submit"): EVERYBODY,
    ("POST", "/r/{region}/offers/{offer}/write"): EVERYBODY,
    ("POST", "/s"): EVERYBODY,
    ("POST", "/s/{key}"): EVERYBODY,  # the link is the right to it
    ("POST", "/s/{key}/change"): EVERYBODY,
    ("POST", "/r/{region}/offers/{offer}/claim"): EVERYBODY,
    ("POST", "/e"): EVERYBODY,
    ("POST", "/e/{key}"): EVERYBODY,  # likewise
    ("POST", "/e/{key}/edit"): EVERYBODY,
}
# Routes that change something, and yet look at no session: another site gains nothing by them.
WITHOUT_SESSION: set[tuple[str, str]] = {
    ("POST", _SUBMISSIONS),
    ("POST", "/r/{region}/offers/{offer}/write"),
}
