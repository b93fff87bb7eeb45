"""The one family of errors: each has a stable code, and says whether trying again can help.

Wording for people lives with the translations; `str(error)` is for logs and operators.
"""


class HotlineError(Exception):
    """Base of every error this product raises on purpose."""

    code = "error"
    retryable = False

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class SettingsError(HotlineError):
    """A setting is missing or wrong; the message names it."""

    code = "settings"


class BadInput(HotlineError):
    """Something from outside is wrong; `field` names which part of it."""

    code = "bad_input"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field, self.message = field, message


class Conflict(HotlineError):
    """The thing has moved on since the caller looked: a stale tab, a lost lease, a second try."""

    code = "conflict"


class NotFound(HotlineError):
    """No such thing, or none that this caller may see."""

    code = "not_found"
