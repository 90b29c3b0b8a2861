"""What can go wrong with accounts and sessions, in words for the person who meets it."""


class AccessRefused(ValueError):
    """An account cannot be created or changed as asked; the Chinese message says why and what to do."""


class RecordsUnavailable(RuntimeError):
    """The record database did not answer: nobody can log in, and sessions cannot be checked against it."""


class StartRefused(RuntimeError):
    """The server must not start with these settings; the message says which and what to do, in Chinese."""
