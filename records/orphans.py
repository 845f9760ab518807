"""Worker processes that do not outlive the process they work for."""

import os
from multiprocessing import parent_process
from threading import Thread


def end_with_parent() -> None:
    """From now on end this process as soon as its parent is gone; does nothing in a process that is no worker.

    A pool's workers hold both ends of the queue that they read from, so they would wait forever for a parent that was
    killed with SIGKILL.
    """
    if parent_process() is not None:
        Thread(target=_end_after_parent, daemon=True).start()


def _end_after_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
