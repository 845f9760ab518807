"""The stage term counts -> vectors."""

import shutil
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nlp.latent import latent_vectors
from nlp.lexicon import is_descriptive
from nlp.settings import WeighSettings
from nlp.tags import tag_totals, tags_stamp
from nlp.totals import remove_stale_totals, totals_of, totals_stamp
from nlp.weighting import Weighed, weigh_terms
from records.errors import ConfigurationError
from records.ids import fingerprint
from records.lake import Dataset, Lake, read_fingerprint, read_table
from records.progress import Progress, silent
from records.schemas import ENTITIES
from records.snapshot import (
    ENTITY_ROWS,
    LATENT,
    TERM_ROWS,
    Snapshot,
    Vectors,
    read_manifest,
    read_snapshot,
    write_snapshot,
)
from records.types import EntityKind, StageReport, TermKind

VERSION = 4
"""Raise it when the same totals give other vectors."""

SALIENT, PLAIN = 1.0, 0.5
"""How much a term tells a reader that has a word made for describing music, and one that has none. It orders what is
shown and leaves similarity alone: the same factor in the weights took nDCG@10 of noun phrases from .186 to .171, of
adjectives from .120 to .108 (headline dev split)."""


def weigh(lake: Lake, *, day: date, settings: WeighSettings, progress: Progress = silent) -> StageReport:
    """Build the vectors as of a day from all counts and tags up to it, unless they are there already.

    Raises:
        ConfigurationError: there is no catalogue, or the mix has an unknown key or a negative weight.
        LakeError: a file of the lake cannot be read.
    """
    mix = _mix(settings)
    if not lake.catalog.exists():
        raise ConfigurationError(f"{lake.root} has no catalogue yet; import one with `topterms catalog FILE`")
    steps = 1 + len(EntityKind)
    totals = totals_of(lake, day, settings)
    progress("weigh", 1, steps)
    stamp = _stamp(lake, day, settings, totals.stamp)
    if not _is_live(lake, day, stamp):
        catalog = read_table(lake.catalog, ENTITIES)
        tags = tag_totals(lake, day)
        vectors = {}
        for done, kind in enumerate(EntityKind, 2):
            vectors[kind] = _vectors(weigh_terms(totals, tags, catalog, kind), catalog, settings.dimensions)
            progress("weigh", done, steps)
        write_snapshot(lake, Snapshot(stamp, day, mix, vectors))
    return _report(read_snapshot(lake, day))


def remove_stale(lake: Lake, *, settings: WeighSettings) -> StageReport:
    """Remove totals and vectors that do not come of the counts, tags and catalogue as they are now.

    What was taken down is in them. Vectors of a day that were removed can be built again, without it.

    Raises:
        LakeError: a file of the lake cannot be read.
    """
    removed = 0
    for day in lake.days(Dataset.VECTORS):
        folder = lake.partition(Dataset.VECTORS, day)
        live = f"build-{_stamp(lake, day, settings, totals_stamp(lake, day, settings))}"
        if not (folder / live).exists():
            (folder / "manifest.json").unlink(missing_ok=True)
        for build in [build for build in folder.glob("build-*") if build.name != live]:
            shutil.rmtree(build)
            removed += 1
        if not any(folder.iterdir()):
            folder.rmdir()
    counts = (("vectors removed", removed), ("totals removed", remove_stale_totals(lake, settings)))
    return StageReport("purge", counts)


def _stamp(lake: Lake, day: date, settings: WeighSettings, totals: str) -> str:
    """Return the id of the snapshot of a day whose totals have that fingerprint."""
    mix = sorted(_mix(settings).items())
    given = (read_fingerprint(lake.catalog), tags_stamp(lake, day))
    parts = (VERSION, totals, *given, settings.dimensions, mix, day)
    return fingerprint(map(str, parts))


def _mix(settings: WeighSettings) -> dict[str, float]:
    known = [*map(str, TermKind), LATENT]
    wrong = [f"{key} = {value}" for key, value in settings.mix.items() if key not in known or not value >= 0]
    total = sum(settings.mix.values())
    if wrong or not total > 0:
        found = ", ".join(wrong) or "no weight above 0"
        raise ConfigurationError(f"the mix has {found}; expected weights of at least 0 for {', '.join(known)}")
    return {key: settings.mix.get(key, 0.0) / total for key in known}


def _is_live(lake: Lake, day: date, stamp: str) -> bool:
    manifest = lake.partition(Dataset.VECTORS, day) / "manifest.json"
    return manifest.exists() and read_manifest(manifest)["id"] == stamp


def _vectors(weighed: Weighed, catalog: pa.Table, dimensions: int) -> Vectors:
    return Vectors(
        _entities(weighed, catalog),
        _terms(weighed, catalog),
        weighed.matrix.indptr.astype(np.int64),
        weighed.matrix.indices.astype(np.int32),
        weighed.matrix.data.astype(np.float32),
        weighed.frequencies,
        weighed.norms,
        latent_vectors(weighed, dimensions),
    )


def _entities(weighed: Weighed, catalog: pa.Table) -> pa.Table:
    found = weighed.entities
    known = catalog.take(pc.index_in(found.column("entity_id"), catalog.column("id")))
    documents = found.column("documents").to_numpy()
    columns = {name: known.column(name) for name in ENTITIES.names} | {
        "documents": pa.array(documents, pa.int32()),
        "familiarity": pa.array(_logarithmic(documents.astype(np.float64)), pa.float32()),
        "hotttnesss": pa.array(_logarithmic(found.column("hot").to_numpy()), pa.float32()),
    }
    return pa.table(columns, schema=ENTITY_ROWS)


def _logarithmic(amounts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Scale amounts to [0, 1] by their logarithm: 1 for the largest, 0 for none."""
    logs = np.log1p(amounts)
    return logs / logs.max() if logs.size and logs.max() > 0 else logs


def _terms(weighed: Weighed, catalog: pa.Table) -> pa.Table:
    """Return the columns with what to show of each: an artist's name in the place of its id, names with capitals."""
    terms = weighed.vocabulary.column("term")
    names = catalog.column("name").take(pc.index_in(terms, catalog.column("id")))
    is_artist = pc.equal(weighed.vocabulary.column("kind"), TermKind.ARTIST.value)
    is_name = pc.equal(weighed.vocabulary.column("kind"), TermKind.NAME.value)
    labels = pc.if_else(is_artist, pc.coalesce(names, terms), pc.if_else(is_name, pc.utf8_title(terms), terms))
    columns = {
        "kind": weighed.vocabulary.column("kind"),
        "term": terms,
        "label": labels,
        "df": weighed.vocabulary.column("df"),
        "idf": pa.array(weighed.idf, pa.float32()),
        "salience": pa.array([SALIENT if is_descriptive(term) else PLAIN for term in terms.to_pylist()], pa.float32()),
    }
    return pa.table(columns, schema=TERM_ROWS)


def _report(snapshot: Snapshot) -> StageReport:
    counts = [(f"{kind}s", vectors.entities.num_rows) for kind, vectors in snapshot.vectors.items()]
    counts += [(f"terms of {kind}s", vectors.terms.num_rows) for kind, vectors in snapshot.vectors.items()]
    return StageReport("weigh", tuple(counts))
