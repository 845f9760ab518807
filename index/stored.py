"""A snapshot in the files of `index.building`, memory-mapped: opening it reads next to nothing."""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from index.building import VERSION
from index.postings import Postings
from index.published import (
    Candidate,
    DictionaryTerm,
    Filters,
    Layout,
    Listing,
    Published,
    Query,
    SnapshotStatus,
    Vector,
)
from records.errors import LakeError
from records.types import Entity, EntityKind, Term, TermKind

_ARRAYS = ("norms", "frequencies", "head_norms", "latent")
_VECTORS = ("weights", "columns", "row_starts")
_POSTINGS = ("posting_weights", "entities", "term_starts")
_LEAST_TYPO = 3
_FEW_IDS = 100


class StoredVectors:
    """The files of one entity kind.

    Args:
        folder: where they are.
        layout: their shape.
    """

    def __init__(self, folder: Path, layout: Layout) -> None:
        self._listings = _columns(open_arrow(folder / "entities.arrow"))
        self._ids = self._listings["id"]
        self._dictionary = _columns(open_arrow(folder / "terms.arrow"))
        keys = open_arrow(folder / "keys.arrow")
        self._keys, self._key_columns = _column(keys, "key"), _column(keys, "column").to_numpy()
        self._norms, self._frequencies, head_norms, latent = (_open_array(folder / f"{n}.npy") for n in _ARRAYS)
        vectors, postings = ([_open_array(folder / f"{n}.npy") for n in names] for names in (_VECTORS, _POSTINGS))
        shape = (layout.entities, len(self._dictionary["term"]))
        self.postings = Postings(
            layout,
            sparse.csr_array(tuple(vectors), shape, copy=False),
            sparse.csr_array(tuple(postings), shape[::-1], copy=False),
            head_norms,
            latent,
        )

    def row(self, entity_id: str) -> int | None:
        """Return the row of an entity, None if it is not of this kind."""
        row = _position(self._ids, entity_id)
        return row if row < len(self._ids) and self._ids[row].as_py() == entity_id else None

    def listing(self, row: int) -> Listing:
        """Return what is known of the entity of a row."""
        values = {name: column[row].as_py() for name, column in self._listings.items()}
        known = values.pop("documents"), values.pop("familiarity"), values.pop("hotttnesss"), values.pop("leaning")
        values["kind"] = EntityKind(values["kind"])
        values.update({name: tuple(value) for name, value in values.items() if isinstance(value, list)})
        return Listing(Entity(**values), *known)

    def vector(self, row: int) -> Vector:
        """Return the whole vector of a row."""
        matrix = self.postings.vectors
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        columns = matrix.indices[part].astype(np.int32, copy=False)
        return Vector(columns, matrix.data[part], self._frequencies[part], self._norms[row], self.postings.latent[row])

    def dictionary_terms(self, columns: Sequence[int]) -> list[DictionaryTerm]:
        """Return the dictionary rows of some columns, in their order."""
        kinds, texts, labels, dfs, idfs, saliences, shares = self._dictionary.values()
        return [
            DictionaryTerm(
                column,
                Term(TermKind(kinds[column].as_py()), texts[column].as_py()),
                labels[column].as_py(),
                dfs[column].as_py(),
                idfs[column].as_py(),
                saliences[column].as_py(),
                shares[column].as_py(),
            )
            for column in columns
        ]

    def columns_of(self, key: str) -> list[int]:
        """Return the columns, ascending, of the terms of a key."""
        start, stop = _range(self._keys, key)
        return [int(column) for column in self._key_columns[start:stop]]

    def allowed(self, filters: Filters) -> npt.NDArray[np.bool_] | None:
        """Return which rows pass the filters; None if all do."""
        masks = [
            mask
            for name in ("familiarity", "hotttnesss")
            for mask in self._within(name, getattr(filters, f"min_{name}"), getattr(filters, f"max_{name}"))
        ]
        if filters.max_leaning < 1:
            masks.append(self._listings["leaning"].to_numpy() <= np.float32(filters.max_leaning))
        if filters.only is not None:
            masks.append(self._holds(filters.only))
        if filters.without:
            masks.append(~self._holds(filters.without))
        return np.logical_and.reduce(masks) if masks else None

    def _within(self, name: str, least: float, greatest: float) -> Iterator[npt.NDArray[np.bool_]]:
        values = self._listings[name].to_numpy()
        if least > 0:
            yield values >= np.float32(least)
        if greatest < 1:
            yield values <= np.float32(greatest)

    def _holds(self, ids: frozenset[str]) -> npt.NDArray[np.bool_]:
        if len(ids) > _FEW_IDS:
            found: npt.NDArray[np.bool_] = pc.is_in(self._ids, pa.array(ids, pa.string())).to_numpy(
                zero_copy_only=False
            )
            return found
        mask = np.zeros(len(self._ids), np.bool_)
        mask[[row for row in map(self.row, ids) if row is not None]] = True
        return mask


class StoredSnapshot(Published):
    """One published snapshot of the embedded index.

    Args:
        folder: its files.

    Raises:
        LakeError: a file is missing or damaged, or of another version.
    """

    def __init__(self, folder: Path) -> None:
        try:
            manifest = read_manifest(folder)
            self.id, self.day, self.mix = manifest["id"], date.fromisoformat(manifest["day"]), manifest["mix"]
            self.layouts = {EntityKind(kind): _layout(shape) for kind, shape in manifest["kinds"].items()}
            self._kinds = {kind: StoredVectors(folder / kind, layout) for kind, layout in self.layouts.items()}
            names, ranked = open_arrow(folder / "names.arrow"), open_arrow(folder / "ranked.arrow")
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise LakeError(f"{folder} is damaged ({error!r}); remove it and publish again") from error
        self._keys, self._ranks = _column(names, "key"), _column(names, "rank").to_numpy()
        self._ranked_kinds, self._ranked_rows = _column(ranked, "kind").to_numpy(), _column(ranked, "row").to_numpy()
        self._order = list(self.layouts)
        self._alphabet: str = manifest["alphabet"]

    def find(self, ids: Sequence[str]) -> Mapping[str, Listing]:
        """See `Published.find`."""
        rows = ((i, stored, stored.row(i)) for i in ids for stored in self._kinds.values())
        return {i: stored.listing(row) for i, stored, row in rows if row is not None}

    def named(self, key: str) -> list[Listing]:
        """See `Published.named`."""
        start, stop = _range(self._keys, key)
        return self._best_known(self._ranks[start:stop], None, stop - start)

    def starting(self, prefix: str, kind: EntityKind | None, n: int) -> list[Listing]:
        """See `Published.starting`."""
        start, stop = self._beginning(prefix)
        return self._best_known(self._ranks[start:stop], kind, n)

    def resembling(self, key: str, kind: EntityKind | None, n: int) -> list[Listing]:
        """See `Published.resembling`: all keys one edit away are tried, with the catalogue's own letters."""
        if len(key) < _LEAST_TYPO:
            return []
        variants = sorted(_edits(key, self._alphabet))
        whole = [rank for variant in variants for rank in self._ranks[slice(*_range(self._keys, variant))].tolist()]
        begun = [rank for variant in variants for rank in self._ranks[slice(*self._beginning(variant))].tolist()]
        closest = self._best_known(np.array(whole, np.int32), kind, n)
        others = self._best_known(np.array(begun, np.int32), kind, n)
        return list({found.entity.id: found for found in [*closest, *others]}.values())[:n]

    def vectors(self, kind: EntityKind, ids: Sequence[str]) -> list[Vector]:
        """See `Published.vectors`."""
        rows = (self._kinds[kind].row(i) for i in ids)
        return [self._kinds[kind].vector(row) for row in rows if row is not None]

    def terms(self, kind: EntityKind, columns: Sequence[int]) -> Mapping[int, DictionaryTerm]:
        """See `Published.terms`."""
        return {row.column: row for row in self._kinds[kind].dictionary_terms(columns)}

    def lookup(self, kind: EntityKind, keys: Sequence[str]) -> Mapping[str, list[DictionaryTerm]]:
        """See `Published.lookup`."""
        stored = self._kinds[kind]
        found = {key: stored.columns_of(key) for key in keys}
        return {key: stored.dictionary_terms(columns) for key, columns in found.items() if columns}

    def nearest(self, kind: EntityKind, query: Query, n: int, filters: Filters) -> list[Candidate]:
        """See `Published.nearest`."""
        stored = self._kinds[kind]
        rows = stored.postings.nearest(query, n, stored.allowed(filters)).tolist()
        return [Candidate(stored.listing(row).entity, stored.vector(row)) for row in rows]

    def _best_known(self, ranks: npt.NDArray[np.int32], kind: EntityKind | None, n: int) -> list[Listing]:
        if kind is not None:
            wanted = self._order.index(kind) if kind in self._order else -1
            ranks = ranks[self._ranked_kinds[ranks] == wanted]
        best = np.unique(ranks)[:n]
        places = zip(self._ranked_kinds[best].tolist(), self._ranked_rows[best].tolist(), strict=True)
        return [self._kinds[self._order[position]].listing(row) for position, row in places]

    def _beginning(self, prefix: str) -> tuple[int, int]:
        return _position(self._keys, prefix), _position(self._keys, prefix + chr(0x10FFFF))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a stored snapshot.

    Raises:
        OSError: there is none.
        ValueError: it is damaged or of another version.
    """
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest.get("version") != VERSION:
        raise ValueError(f"version {manifest.get('version')!r}; this program expects {VERSION}")
    return manifest


def read_status(folder: Path, published: Mapping[str, str]) -> SnapshotStatus:
    """Say what a folder holds; `published` has the times of later publications by id.

    Raises:
        OSError: see `read_manifest`.
        ValueError: see `read_manifest`.
    """
    manifest = read_manifest(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    entities = {EntityKind(kind): shape["entities"] for kind, shape in manifest["kinds"].items()}
    when = datetime.fromisoformat(published.get(manifest["id"], manifest["published_at"]))
    return SnapshotStatus(manifest["id"], date.fromisoformat(manifest["day"]), when, entities, size)


def open_arrow(path: Path) -> pa.Table:
    """Open an Arrow file, memory-mapped."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _layout(shape: Mapping[str, Any]) -> Layout:
    columns = {TermKind(kind): (bounds[0], bounds[1]) for kind, bounds in shape["columns"].items()}
    return Layout(shape["entities"], shape["dimensions"], columns)


def _open_array(path: Path) -> npt.NDArray[Any]:
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _columns(table: pa.Table) -> dict[str, pa.Array]:
    return {name: _column(table, name) for name in table.column_names}


def _column(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _position(ascending: pa.Array, value: str) -> int:
    return bisect_left(ascending, value, key=pa.StringScalar.as_py)


def _range(ascending: pa.Array, value: str) -> tuple[int, int]:
    return _position(ascending, value), _position(ascending, value + "\0")


def _edits(key: str, alphabet: Iterable[str]) -> set[str]:
    """Return the texts one edit away: a character less, more or other, or two neighbours swapped."""
    splits = [(key[:i], key[i:]) for i in range(len(key) + 1)]
    less = {a + b[1:] for a, b in splits if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    other = {a + c + b[1:] for a, b in splits if b for c in alphabet}
    more = {a + c + b for a, b in splits for c in alphabet}
    return (less | swapped | other | more) - {key}
