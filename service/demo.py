"""The whole chain on the bundled sample blog, which is served on loopback meanwhile."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from records.errors import ConfigurationError
from records.progress import Progress
from records.snapshot import Snapshot, read_snapshot
from records.types import Entity, EntityKind, Evidence
from service.answers import print_neighbors, print_terms
from service.pipeline import open_index, writing
from service.project import Project, create_project, open_project
from service.questions import Seed, find_sentences, find_similar
from service.reports import print_ran
from service.settings import FILE_NAME
from service.settings_file import settings_file
from service.terminal import Screen, bars, out, print_json

if TYPE_CHECKING:
    from index.base import Index

_SOURCES = """\
# The sample blog. It is served on this machine while `topterms demo` runs, always at this address.
[[source]]
name = "sample"
blog = "{url}/"
delay = 0
allow_private = true    # it is on loopback
"""
_TERMS = 12
_NEIGHBORS = 6
_SAID = 2
"""Sentences that are shown of those that say the terms."""


def run_demo(folder: Path, *, as_json: bool = False) -> None:
    """Crawl the sample blog over HTTP into a project in a folder, do all the rest, and show what came of it.

    Raises:
        ConfigurationError: the folder is the project of something else, or the blog's address is taken.
        TopTermsError: a stage failed.
    """
    screen = out()
    if not as_json:
        screen.say("A small music blog is served on this machine and read over HTTP.")
        screen.say()
    with bars() as progress:
        project = _build(folder, progress, as_json)
    lake = project.lake()
    index = open_index(project, lake)
    snapshot = read_snapshot(lake)
    artist, song = (_most_written_about(index, snapshot, kind) for kind in (EntityKind.ARTIST, EntityKind.SONG))
    if as_json:
        _print_json(project, index, artist, song)
    else:
        _show(screen, project, index, artist, song)


def _build(folder: Path, progress: Progress, as_json: bool) -> Project:
    project = open_project(folder) if (folder / FILE_NAME).exists() else None
    with _served(_port(project) if project else 0) as url:
        project = project or create_demo(folder, url)
        with writing(project, progress=progress) as chain:
            for ran in chain.run():
                print_ran(ran, as_json=as_json)
    return project


@contextmanager
def _served(port: int) -> Iterator[str]:
    from sample.server import serving

    with ExitStack() as stack:
        try:
            url = stack.enter_context(serving(port))
        except OSError as error:
            raise ConfigurationError(f"the sample blog cannot be served at port {port}: {error.strerror}") from error
        yield url


def create_demo(folder: Path, url: str) -> Project:
    """Make a project that reads the sample blog at an address, and holds its catalogue."""
    import sample

    catalog = Path(sample.__file__).with_name("catalog.csv").read_text(encoding="utf-8")
    return create_project(folder, settings=settings_file(), sources=_SOURCES.format(url=url), catalog=catalog)


def _port(project: Project) -> int:
    from crawler.sources import read_sources

    address = urlsplit(read_sources(project.sources)[0].start[0])
    if address.hostname != "127.0.0.1" or not address.port:
        raise ConfigurationError(
            f"{project.folder} is a project of your own; expected one that the demo made, or a folder that is not there"
        )
    return address.port


def _most_written_about(index: "Index", snapshot: Snapshot, kind: EntityKind) -> Entity:
    rows = snapshot.vectors[kind].entities.select(["id", "documents"]).to_pylist()
    return index.get([min(rows, key=lambda row: (-row["documents"], row["id"]))["id"]])[0]


def _show(screen: Screen, project: Project, index: "Index", artist: Entity, song: Entity) -> None:
    screen.say()
    terms = index.terms(artist.id, n=_TERMS)
    said = find_sentences(project.lake(), artist.id, [found.term for found in terms], n=1)
    print_terms(index, artist, terms, _distinct(said)[:_SAID])
    screen.say()
    screen.say(f"Most like {artist.name}", "bold")
    neighbors = find_similar(index, [Seed(artist, 1.0)], _NEIGHBORS).neighbors
    print_neighbors(index, neighbors)
    screen.say()
    print_terms(index, song, index.terms(song.id, n=_TERMS // 2))
    screen.say()
    screen.say("All of it lies in the lake, as plain files:")
    screen.say(project.lake_address, indent=2)
    _show_next(screen, _typed(project.folder), artist, neighbors[0].entity if neighbors else artist)


def _distinct(said: Sequence[Evidence]) -> list[Evidence]:
    """Return the first evidence of each sentence: one sentence may say several terms."""
    first: dict[str, Evidence] = {}
    for evidence in said:
        first.setdefault(evidence.sentence, evidence)
    return list(first.values())


def _show_next(screen: Screen, folder: str, artist: Entity, other: Entity) -> None:
    screen.say("Ask why two are alike, or for what you would like to hear:")
    screen.say(f"topterms explain -C {folder} {quote(artist.name)} {quote(other.name)}", indent=2)
    screen.say(f"topterms search -C {folder} 'dreamy shoegaze^2 -electronic'", indent=2)
    screen.say("Then on the real web; `init` writes the files to edit, and says which:")
    screen.say("topterms init music", indent=2)
    screen.say("topterms run -C music", indent=2)


def _typed(folder: Path) -> str:
    return quote(str(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder))


def _print_json(project: Project, index: "Index", artist: Entity, song: Entity) -> None:
    print_json(
        {
            "project": str(project.folder),
            "lake": project.lake_address,
            "artist": {"entity": artist, "terms": index.terms(artist.id, n=_TERMS)},
            "neighbors": find_similar(index, [Seed(artist, 1.0)], _NEIGHBORS).neighbors,
            "song": {"entity": song, "terms": index.terms(song.id, n=_TERMS // 2)},
        }
    )
