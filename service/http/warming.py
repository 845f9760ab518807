"""What takes seconds is worked out before anybody asks: at the start, and again whenever something else answers."""

import threading

import structlog

from records.errors import TopTermsError
from service.live import LiveProject

_POLL_SECONDS = 2.0


class Warmer:
    """A thread that keeps a project warm.

    Args:
        live: the project.
        log: where is told what cannot be worked out.
    """

    def __init__(self, live: LiveProject, log: structlog.typing.FilteringBoundLogger) -> None:
        self._live, self._log = live, log
        self._version = ""
        self._ending = threading.Event()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def has_begun(self) -> bool:
        """Whether it warms at all, and something was warm already."""
        return self._thread is None or bool(self._version)

    def is_warm(self) -> bool:
        """Say whether all that answers now was worked out; always, where nothing is."""
        return self._thread is None or self._version == self._state()

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="warming", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after what is being worked out."""
        self._ending.set()

    def wait(self, seconds: float) -> bool:
        """Wait until all is warm; return whether it is."""
        with self._changed:
            return self._changed.wait_for(self.is_warm, seconds)

    def _run(self) -> None:
        while not self._ending.is_set():
            state = self._state()
            if state != self._version:
                self._warm()
                with self._changed:
                    self._version = state
                    self._changed.notify_all()
            self._ending.wait(_POLL_SECONDS)

    def _warm(self) -> None:
        for work in self._live.works():
            if self._ending.is_set():
                return
            try:
                work()
            except TopTermsError as error:  # no catalogue, no songs, no vectors in the lake: who asks is told
                self._log.info("not warmed", error=str(error))
            except Exception:
                self._log.exception("not warmed")

    def _state(self) -> str:
        try:
            return self._live.version()
        except TopTermsError:
            return "nothing answers"
