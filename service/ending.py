"""Being told to end: SIGTERM is taken as Ctrl-C is, so that what was done so far is brought home."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from records.errors import StoppedError

TOLD_TO_END = "told to end; what was done so far is kept, and the same command goes on from there"


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM interrupt the block as Ctrl-C does.

    Raises:
        StoppedError: the block was interrupted, by either.
    """
    earlier = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError(TOLD_TO_END) from None
    finally:
        signal.signal(signal.SIGTERM, earlier)
