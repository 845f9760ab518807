"""Short ways to what a lake holds, for tests."""

from crawler.archive import read_pages
from records.lake import Dataset, Lake, read_table
from records.schemas import DOCUMENTS, from_table
from records.types import Document, Page, StageReport


def pages(lake: Lake) -> list[Page]:
    """Return all pages of a lake, in the order of its files."""
    return [archived.page for path in lake.files(Dataset.PAGES) for archived in read_pages(path)]


def paths(lake: Lake) -> list[str]:
    """Return the paths of all pages of a lake, sorted; one that is there twice comes twice."""
    return sorted("/" + page.url.split("/", 3)[3] for page in pages(lake))


def documents(lake: Lake) -> list[Document]:
    """Return all documents of a lake, in the order of its files."""
    return [
        document
        for path in lake.files(Dataset.DOCUMENTS)
        for document in from_table(read_table(path, DOCUMENTS), Document)
    ]


def counts(report: StageReport) -> dict[str, int]:
    """Return what a report counted."""
    return dict(report.counts)
