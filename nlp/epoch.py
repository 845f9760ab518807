"""What stays the same from the first day of an epoch to its last: rarity, the latent space, whom to lean on.

    totals/date=2026-11-02/epoch-<fingerprint>/artist/    the day is the first of the epoch
        vocabulary.parquet   schema VOCABULARY
        space.npy            float32 (terms of the vocabulary, dimensions): see nlp.latent
        anchors.parquet      ids of those whom the thin may lean on: see nlp.leaning
        anchors.npy          float32 (anchors, dimensions): their latent vectors

An entity of which nothing new was said keeps its vector for as long as an epoch lasts.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from nlp.latent import fit_space, fold_in
from nlp.leaning import Anchors, no_anchors, well_read
from nlp.totals import TERM_TOTALS, History, Totals, totals_of
from nlp.weighting import VOCABULARY, entity_rows, vocabulary_of, weigh_terms
from nlp.workspace import Workspace
from records.ids import fingerprint
from records.lake import Dataset, Lake, read_table
from records.types import EntityKind

VERSION = 3
"""Raise it when the same totals give another vocabulary, another space or other anchors."""
_PERFORMERS = """
SELECT * FROM rows WHERE entity_id IN (SELECT unnest(artists) FROM catalog) ORDER BY entity_id
"""
_ANCHORS = pa.schema([pa.field("id", pa.string(), nullable=False)])


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch, for entities of one kind."""

    vocabulary: pa.Table
    """Schema VOCABULARY."""
    space: npt.NDArray[np.float32]
    """(terms of the vocabulary, dimensions)."""
    anchors: Anchors
    """Of artists those of whom enough was said; of songs the artists who perform them."""


def epochs_of(history: History, day: date, place: Workspace) -> dict[EntityKind, Epoch]:
    """Return the epoch that a day lies in, of each kind; it is fitted and stored if it is not there yet.

    Args:
        history: what was counted.
        day: the day.
        place: where to work.

    Raises:
        LakeError: a file of the lake cannot be read.
    """
    first = history.epoch(day)
    if first is None:
        return {
            kind: Epoch(VOCABULARY.empty_table(), np.zeros((0, 0), np.float32), no_anchors(0)) for kind in EntityKind
        }
    folder = _folder(history, first)
    if not history.lake.exists(folder):
        _store(history, first, folder, place)
        remove_stale_epochs(history)
    history.lake.fetch_folder(folder)
    return {kind: _read(folder / kind) for kind in EntityKind}


def remove_stale_epochs(history: History) -> None:
    """Remove what was stored of epochs that do not come of the counts and the catalogue as they are now."""
    for day in history.lake.days(Dataset.TOTALS):
        live = _folder(history, day)
        for name in history.lake.names(live.parent):
            if name.startswith("epoch-") and name != live.name:
                history.lake.remove(live.parent / name)


def _folder(history: History, first: date) -> Path:
    lake = history.lake
    catalog = lake.footer(lake.catalog).fingerprint
    stamp = fingerprint(map(str, (VERSION, history.stamp(first), catalog, history.settings.dimensions)))
    return lake.partition(Dataset.TOTALS, first) / f"epoch-{stamp}"


def _store(history: History, first: date, folder: Path, place: Workspace) -> None:
    totals = totals_of(history, first, place)
    catalog, no_tags = history.lake.catalog, TERM_TOTALS.empty_table()
    history.lake.fetch(catalog)
    with history.lake.staged(folder) as staging:
        for kind in EntityKind:
            rows = entity_rows(totals.entities, no_tags, catalog, kind, place)
            vocabulary = vocabulary_of(rows, totals.terms, catalog, place)
            weighed = weigh_terms(rows, totals.terms, no_tags, catalog, vocabulary, place)
            space = fit_space(weighed, vocabulary.num_rows, history.settings.dimensions)
            if kind is EntityKind.SONG:
                artists = _performers(totals, catalog, place)
                weighed = weigh_terms(artists, totals.terms, no_tags, catalog, vocabulary, place)
                anchors = Anchors(weighed.entities.combine_chunks(), fold_in(weighed, space))
            else:
                anchors = well_read(weighed, space)
            _write(staging / kind, Epoch(vocabulary, space, anchors))


def _performers(totals: Totals, catalog: Path, place: Workspace) -> pa.Table:
    """Return the rows of artists who perform a song of the catalogue."""
    rows = entity_rows(totals.entities, TERM_TOTALS.empty_table(), catalog, EntityKind.ARTIST, place)
    with place.database(rows=rows, catalog=catalog) as db:
        return db.sql(_PERFORMERS).to_arrow_table()


def _write(folder: Path, epoch: Epoch) -> None:
    folder.mkdir(parents=True)
    pq.write_table(epoch.vocabulary, folder / "vocabulary.parquet", compression="zstd")
    pq.write_table(pa.table([epoch.anchors.ids], schema=_ANCHORS), folder / "anchors.parquet", compression="zstd")
    np.save(folder / "space.npy", epoch.space, allow_pickle=False)
    np.save(folder / "anchors.npy", epoch.anchors.latent, allow_pickle=False)


def _read(folder: Path) -> Epoch:
    vocabulary, ids = (
        read_table(folder / f"{name}.parquet", schema)
        for name, schema in (("vocabulary", VOCABULARY), ("anchors", _ANCHORS))
    )
    space, latent = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("space", "anchors"))
    return Epoch(vocabulary, space, Anchors(ids.column("id").combine_chunks(), latent))


def stored_epoch(lake: Lake, day: date, kind: EntityKind) -> Epoch | None:
    """Return the epoch that began on a day or last before it, as it was stored last; None if none is there any more."""
    for first in reversed(lake.days(Dataset.TOTALS)):
        begun = lake.partition(Dataset.TOTALS, first)
        folders = [begun / name for name in lake.names(begun) if name.startswith("epoch-")]
        if first > day or not folders:
            continue
        for folder in folders:
            lake.fetch_folder(folder)
        return _read(max(folders, key=lambda folder: folder.stat().st_mtime_ns) / kind)
    return None
