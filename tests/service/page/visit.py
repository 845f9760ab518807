"""A visit with a browser, and what it may show of a page."""

from playwright.sync_api import ConsoleMessage, Dialog, Page, Request

PAGES = (
    "/",
    "/find?name=nobody-of-that-name",
    "/artists/artist:slowdive",
    "/artists/artist:slowdive/documents",
    "/artists/artist:slowdive/said?term_kind=adj&term=hazy",
    "/artists/artist:slowdive/songs",
    "/artists/artist:slowdive/time",
    "/songs/song:slowdive/alison",
    "/why?a=Slowdive&b=Ride",
    "/search",
    "/search?description=dreamy -metal",
    "/taste",
    "/taste?like=Slowdive&unlike=Ride&like=Nobodyatall",
    "/rising",
    "/terms",
    "/clusters",
    "/clusters/0",
)
"""Every kind of page, of the sample blog."""


class Visit:
    """A page in a browser, which notes whatever must not happen.

    Args:
        page: an empty page.
        home: the only address that may be asked.
    """

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.mishaps: list[str] = []
        self.home = home
        """The address of the service."""
        page.on("dialog", self._dialog)
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.mishaps.append(f"error of a script: {error}"))
        page.on("request", self._asked)

    def goto(self, address: str) -> Page:
        """Go to an address and wait until all is there; return the page."""
        self.page.goto(address, wait_until="load")
        return self.page

    def _dialog(self, dialog: Dialog) -> None:
        self.mishaps.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _told(self, message: ConsoleMessage) -> None:
        is_of_the_page_itself = "status of 404" in message.text  # Chromium says so of every such page
        if message.type in ("error", "warning") and not is_of_the_page_itself:
            self.mishaps.append(f"the console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(f"{self.home.rstrip('/')}/"):
            self.mishaps.append(f"asked another host: {request.url}")
