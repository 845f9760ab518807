"""The page as a real server gives it: of the sample blog, of two drawn days, of a hostile lake; and a browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from service.page.site import router
from tests.service.conftest import Demo
from tests.service.http.conftest import drawn, lake_of_two, serving  # noqa: F401  # fixtures
from tests.service.page.hostile import write_hostile_project
from tests.service.page.visit import Visit


@pytest.fixture(scope="session")
def site(demo: Demo) -> Iterator[httpx.Client]:
    """A client of the page over the sample blog's lake."""
    with serving(demo.folder, [router]) as client:
        yield client


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the page over a lake of attacks."""
    folder = tmp_path_factory.mktemp("hostile") / "project"
    write_hostile_project(folder)
    with serving(folder, [router]) as client:
        yield client


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium of this machine."""
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
    if not found and not os.environ.get("CI"):
        pytest.skip("no chromium on the PATH; tests/service/page/install.sh installs it on Debian, as root")
    assert found, "no chromium on the PATH, and the checks of a change must not leave these tests out"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, site: httpx.Client) -> Iterator[Visit]:
    """Somebody who visits the sample blog's page; what must never happen is held when they leave."""
    yield from _visiting(chromium, site)


@pytest.fixture
def hostile_visit(chromium: Browser, hostile_site: httpx.Client) -> Iterator[Visit]:
    """Somebody who visits the page of the hostile lake."""
    yield from _visiting(chromium, hostile_site)


def _visiting(chromium: Browser, client: httpx.Client) -> Iterator[Visit]:
    context = chromium.new_context(base_url=str(client.base_url), viewport={"width": 1100, "height": 900})
    context.set_default_timeout(20_000)
    page: Page = context.new_page()
    visit = Visit(page, str(client.base_url))
    yield visit
    context.close()
    assert visit.mishaps == []


@pytest.fixture
def empty_site(lake_of_two: Path) -> Iterator[httpx.Client]:  # noqa: F811
    """A client of the page while nothing is published."""
    with serving(lake_of_two, [router]) as client:
        yield client
