"""What a command ends with: the one place that knows exit codes."""

from enum import IntEnum

from records.errors import (
    ConfigurationError,
    InputError,
    NoSnapshotError,
    QueryError,
    StoppedError,
    TopTermsError,
    UnknownEntityError,
)


class ExitCode(IntEnum):
    """Exit codes of every command."""

    OK = 0
    FAILURE = 1
    """Something failed while it worked: the lake, the engine, the network."""
    USAGE = 2
    """The command line, the settings or a file handed in cannot be used; nothing was done."""
    NOT_FOUND = 3
    """Nothing of that name, or nothing was published yet."""
    STOPPED = 130
    """Told to end by Ctrl-C or SIGTERM; what was done so far is kept."""


_USAGE = (ConfigurationError, InputError, QueryError)
_NOT_FOUND = (UnknownEntityError, NoSnapshotError)


def exit_code(error: TopTermsError) -> ExitCode:
    """Return the exit code that an error ends the program with."""
    if isinstance(error, _NOT_FOUND):
        return ExitCode.NOT_FOUND
    if isinstance(error, StoppedError):
        return ExitCode.STOPPED
    return ExitCode.USAGE if isinstance(error, _USAGE) else ExitCode.FAILURE
