"""The stage term counts -> vectors."""

from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nlp import epoch
from nlp.carrying import Carried, carry
from nlp.engine.base import Engine
from nlp.epoch import Epoch, epochs_of, remove_stale_epochs
from nlp.latent import fold_in
from nlp.leaning import lean_on_neighbors, lean_on_performers
from nlp.lexicon import is_descriptive
from nlp.settings import WeighSettings
from nlp.tags import tag_totals, tags_stamp
from nlp.totals import History, Totals, remove_stale_totals, totals_of
from nlp.weighting import Weighed, entity_rows, weigh_terms, with_tags
from nlp.workspace import BATCH, Workspace, workspace
from records.errors import ConfigurationError
from records.ids import fingerprint
from records.lake import Dataset, Lake, read_rows
from records.progress import Progress, silent
from records.schemas import ENTITIES
from records.snapshot import (
    ENTITY_ROWS,
    LATENT,
    TERM_ROWS,
    Snapshot,
    Vectors,
    block_of,
    read_manifest,
    read_snapshot,
    write_snapshot,
)
from records.spans import spans
from records.types import EntityKind, StageReport, TermKind

VERSION = 9
"""Raise it when the same totals give other vectors."""

SALIENT, PLAIN = 1.0, 0.5
"""How much a term tells a reader that has a word made for describing music, and one that has none. It orders what is
shown and leaves similarity alone: the same factor in the weights took nDCG@10 of noun phrases from .186 to .171, of
adjectives from .120 to .108 (headline dev split)."""


def weigh(
    lake: Lake, *, day: date, settings: WeighSettings, progress: Progress = silent, engine: Engine | None = None
) -> StageReport:
    """Build the vectors as of a day from all counts and tags up to it, unless they are there already.

    Args:
        lake: where the counts are and the vectors go.
        day: the day.
        settings: how counts are weighed.
        progress: told how many steps are done.
        engine: what sums the counts; this machine if None.

    Raises:
        ConfigurationError: there is no catalogue, or the mix has an unknown key or a negative weight.
        LakeError: a file of the lake cannot be read.
        ClusterError: the engine's cluster does not answer or cannot do the work.
    """
    _mix(settings)  # what makes no sense is told before any work
    if not lake.exists(lake.catalog):
        raise ConfigurationError(f"{lake.address} has no catalogue yet; import one with `topterms catalog FILE`")
    history = History(lake, settings, engine)
    stamp = _stamp(history, day)
    if not _is_live(lake, day, stamp):
        with workspace(lake, settings) as place:
            write_snapshot(lake, _snapshot(history, day, stamp, place, progress))
    lake.keep_footers()
    return _report(read_snapshot(lake, day))


def _snapshot(history: History, day: date, stamp: str, place: Workspace, progress: Progress) -> Snapshot:
    lake, steps = history.lake, 2 + len(EntityKind)
    epochs = epochs_of(history, day, place)
    progress("weigh", 1, steps)
    before = _before(history, day)
    said = totals_of(history, day, place, since=before.day if before else None), tag_totals(lake, day, place)
    progress("weigh", 2, steps)
    lake.fetch(lake.catalog)
    vectors = {}
    for done, kind in enumerate(EntityKind, 3):
        earlier = before.vectors[kind] if before else _no_vectors(epochs[kind])
        vectors[kind] = _vectors(*said, lake.catalog, kind, epochs[kind], earlier, place)
        progress("weigh", done, steps)
    return Snapshot(stamp, day, _mix(history.settings), vectors, history.epoch(day))


def remove_stale(lake: Lake, *, settings: WeighSettings) -> StageReport:
    """Remove totals and vectors that do not come of the counts, tags and catalogue as they are now.

    What was taken down is in them. Vectors of a day that were removed can be built again, without it.

    Raises:
        LakeError: a file of the lake cannot be read.
    """
    removed = 0
    history = History(lake, settings)
    for day in lake.days(Dataset.VECTORS):
        folder = lake.partition(Dataset.VECTORS, day)
        live = f"build-{_stamp(history, day)}"
        if not lake.exists(folder / live):
            lake.remove(folder / "manifest.json")
        for name in lake.names(folder):
            if name.startswith("build-") and name != live:
                lake.remove(folder / name)
                removed += 1
        if not lake.names(folder):
            lake.remove(folder)
    remove_stale_epochs(history)
    counts = (("vectors removed", removed), ("totals removed", remove_stale_totals(history)))
    return StageReport("purge", counts)


def _stamp(history: History, day: date) -> str:
    """Return the id of the snapshot of a day."""
    lake, settings = history.lake, history.settings
    given = lake.footer(lake.catalog).fingerprint, tags_stamp(lake, day)
    mix = sorted(_mix(settings).items())
    parts = (VERSION, epoch.VERSION, history.stamp(day), *given, settings.dimensions, mix, day)
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
    lake.fetch(manifest)
    return manifest.exists() and read_manifest(manifest)["id"] == stamp


def _before(history: History, day: date) -> Snapshot | None:
    """Return the latest vectors of the epoch before a day, if they come of the counts and tags as they are now."""
    lake, first = history.lake, history.epoch(day)
    for earlier in reversed(lake.days(Dataset.VECTORS)):
        if first is None or not first <= earlier < day or tags_stamp(lake, earlier) != tags_stamp(lake, day):
            continue
        if _is_live(lake, earlier, _stamp(history, earlier)):
            return read_snapshot(lake, earlier)
    return None


def _no_vectors(epoch: Epoch) -> Vectors:
    none, cells = np.zeros(0, np.float32), np.zeros(0, np.int32)
    norms = np.zeros((0, len(TermKind)), np.float32)
    latent = np.zeros((0, epoch.space.shape[1]), np.float32)
    tables = ENTITY_ROWS.empty_table(), TERM_ROWS.empty_table()
    return Vectors(*tables, np.zeros(1, np.int64), cells, none, none, norms, latent)


def _vectors(
    totals: Totals, tags: pa.Table, catalog: Path, kind: EntityKind, epoch: Epoch, before: Vectors, place: Workspace
) -> Vectors:
    """Weigh the entities that anything came for anew (all if nobody said which those are); the others stay."""
    rows = entity_rows(totals.entities, tags, catalog, kind, place)
    due = rows
    if totals.touched is not None:
        due = rows.filter(pc.is_in(rows.column("entity_id"), totals.touched.combine_chunks()))
    vocabulary = with_tags(epoch.vocabulary, rows, tags, place)
    weighed = weigh_terms(due, totals.terms, tags, catalog, vocabulary, place)
    known = _known(catalog, rows.column("entity_id"))
    carried = carry(before, weighed, *_latent(weighed, known, kind, epoch), rows.column("entity_id"))
    return Vectors(
        _entities(rows, known, carried.leaning),
        _terms(carried, before, weighed, catalog, rows.column("documents").to_numpy()),
        carried.indptr,
        carried.indices,
        carried.weights,
        carried.frequencies,
        carried.norms,
        carried.latent,
    )


def _known(catalog: Path, ids: pa.ChunkedArray) -> pa.Table:
    """Return the rows of the catalogue of entities, in their order; ids that it does not know are passed over."""
    found = read_rows(catalog, ENTITIES, "id", ids)
    return found.take(pc.index_in(ids, found.column("id")).drop_null())


def _latent(
    weighed: Weighed, known: pa.Table, kind: EntityKind, epoch: Epoch
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the latent vectors of entities, and the share of each that is borrowed."""
    own = fold_in(weighed, epoch.space)
    if kind is EntityKind.ARTIST:
        return lean_on_neighbors(weighed, own, epoch.anchors)
    performers = known.column("artists").take(pc.index_in(weighed.entities, known.column("id")))
    return lean_on_performers(weighed, own, epoch.anchors, performers.combine_chunks())


def _entities(rows: pa.Table, known: pa.Table, leaning: npt.NDArray[np.float32]) -> pa.Table:
    documents = rows.column("documents").to_numpy()
    columns = {name: known.column(name) for name in ENTITIES.names} | {
        "documents": pa.array(documents, pa.int32()),
        "familiarity": pa.array(_logarithmic(documents.astype(np.float64)), pa.float32()),
        "hotttnesss": pa.array(_logarithmic(rows.column("hot").to_numpy()), pa.float32()),
        "leaning": pa.array(leaning, pa.float32()),
    }
    return pa.table(columns, schema=ENTITY_ROWS)


def _logarithmic(amounts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Scale amounts to [0, 1] by their logarithm: 1 for the largest, 0 for none."""
    logs = np.log1p(amounts)
    return logs / logs.max() if logs.size and logs.max() > 0 else logs


def _terms(
    carried: Carried, before: Vectors, weighed: Weighed, catalog: Path, documents: npt.NDArray[np.int32]
) -> pa.Table:
    fresh = {
        "kind": weighed.terms.column("kind"),
        "term": weighed.terms.column("term"),
        "label": _labels(weighed.terms, catalog),
        "df": pa.array(np.zeros(weighed.terms.num_rows, np.int32)),
        "idf": weighed.terms.column("idf").cast(pa.float32()),
        "salience": _saliences(weighed.terms),
        "share": pa.array(np.zeros(weighed.terms.num_rows, np.float32)),
    }
    terms = pa.concat_tables([before.terms, pa.table(fresh, schema=TERM_ROWS)]).take(pa.array(carried.terms))
    df, said_by = np.zeros(terms.num_rows, np.int32), np.zeros(terms.num_rows)
    for rows in spans(carried.indptr):
        cells = slice(int(carried.indptr[rows.start]), int(carried.indptr[rows.stop]))
        times = np.repeat(documents[rows], np.diff(carried.indptr[rows.start : rows.stop + 1]))
        np.add.at(df, carried.indices[cells], 1)
        np.add.at(said_by, carried.indices[cells], carried.frequencies[cells] * times)
    share = (said_by / max(1, documents.sum())).astype(np.float32)
    for name, values in (("df", df), ("share", share)):
        terms = terms.set_column(terms.column_names.index(name), TERM_ROWS.field(name), pa.array(values))
    return terms


def _labels(terms: pa.Table, catalog: Path) -> pa.ChunkedArray:
    """Return what to show of each term: an artist's name in the place of its id, names with capitals."""
    texts, block = terms.column("term"), block_of(terms, TermKind.ARTIST)
    artists = read_rows(catalog, ENTITIES, "id", texts.slice(block.start, block.stop - block.start))
    names = artists.column("name").take(pc.index_in(texts, artists.column("id")))
    is_artist = pc.equal(terms.column("kind"), TermKind.ARTIST.value)
    is_name = pc.equal(terms.column("kind"), TermKind.NAME.value)
    return pc.if_else(is_artist, pc.coalesce(names, texts), pc.if_else(is_name, pc.utf8_title(texts), texts))


def _saliences(terms: pa.Table) -> pa.ChunkedArray:
    parts = [part.column("term").to_pylist() for part in terms.to_batches(BATCH)]
    found = [pa.array([SALIENT if is_descriptive(term) else PLAIN for term in part], pa.float32()) for part in parts]
    return pa.chunked_array(found, pa.float32())


def _report(snapshot: Snapshot) -> StageReport:
    counts = [(f"{kind}s", vectors.entities.num_rows) for kind, vectors in snapshot.vectors.items()]
    counts += [(f"terms of {kind}s", vectors.terms.num_rows) for kind, vectors in snapshot.vectors.items()]
    return StageReport("weigh", tuple(counts))
