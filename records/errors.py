"""Errors that a user can act on.

Every message says what was found, what was expected and, where it helps, what is available.
Only service/ turns them into exit codes and HTTP statuses.
"""


class TopTermsError(Exception):
    """Base of all errors that this project raises on purpose."""


class ConfigurationError(TopTermsError):
    """Settings, sources or the catalogue cannot be used; raised before any work starts."""


class LakeError(TopTermsError):
    """The lake is missing, of another schema version, or holds a file that cannot be read."""


class InputError(TopTermsError):
    """A file handed in by the user (documents, tags, an export) is not what it should be."""


class UnknownEntityError(TopTermsError):
    """No artist or song of that name or id is in the catalogue or in the snapshot."""


class QueryError(TopTermsError):
    """A query cannot be understood: what was found, what was expected."""


class NoSnapshotError(TopTermsError):
    """Nothing was published yet, or nothing for that day."""


class StoppedError(TopTermsError):
    """Somebody told the work to end before it was done; what was done is kept."""


class EngineError(TopTermsError):
    """The index engine did not answer, refused, or is of the wrong version."""


class ClusterError(TopTermsError):
    """The cluster that counts and sums does not answer, has nobody to work, or cannot do the work."""
