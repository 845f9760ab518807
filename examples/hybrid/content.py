"""What is known of items without any plays: the vectors of an export, and further ones that the user brings."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import normalize

from index.export import Export
from records.errors import InputError
from records.types import EntityKind

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Content:
    """The vectors of the items; the first rows are the artists of the export, in its order."""

    terms: sparse.csr_array
    """(artists, terms): each term kind times the root of its part in the mix, so that dot products are shares."""
    labels: npt.NDArray[np.str_]
    """What to show of each term."""
    features: Floats
    """(items, features): what the mapping to factors learns from; 0 for an item of which nothing is known."""


def read_content(export: Export, items: tuple[str, ...], vectors: Path | None, ids: Path | None) -> Content:
    """Lay out the vectors of an export, and those of `vectors` (npy) whose ids are the lines of `ids`.

    Raises:
        InputError: the further vectors cannot be read or are not as many as their ids.
    """
    kind = EntityKind.ARTIST
    gains = np.sqrt([export.mix.get(k, 0.0) for k in export.terms(kind).column("kind").to_pylist()])
    terms = sparse.csr_array(sparse.csr_array(export.matrix(kind)) @ sparse.diags_array(gains))
    blocks = [_padded(export.latent(kind), len(items))]
    if vectors and ids:
        blocks.append(_joined(vectors, ids, items))
    labels = np.array(export.terms(kind).column("label").to_pylist(), np.str_)
    return Content(terms, labels, np.hstack(blocks))


def _joined(vectors: Path, ids: Path, items: tuple[str, ...]) -> Floats:
    try:
        found = np.load(vectors, allow_pickle=False)
        names = ids.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InputError(f"the further vectors cannot be read: {error}") from error
    if found.ndim != 2 or len(found) != len(names):
        raise InputError(
            f"{vectors} is of shape {found.shape}; expected a row for each of the {len(names)} lines of {ids}"
        )
    rows = {name: row for row, name in enumerate(names)}
    joined = np.zeros((len(items), found.shape[1]))
    places = [(item, rows[name]) for item, name in enumerate(items) if name in rows]
    if not places:
        raise InputError(f"no id in {ids} is one of the items ({items[0]} is one)")
    here, there = np.array(places).T
    joined[here] = normalize(found[there].astype(np.float64))
    return joined


def _padded(block: npt.NDArray[np.floating], items: int) -> Floats:
    return np.vstack([block, np.zeros((items - len(block), block.shape[1]))]).astype(np.float64)
