"""Learned weights: how much each direction of the vectors tells, learned from what people listen to.

Ridge regression maps the latent directions of the texts to factors of listening; what comes out is a place for every
term, so that anybody of whom there is text has a learned vector, also those whom nobody listened to yet. It stands
beside the latent vector, and the mix gives it its part. docs/decisions/0022-learned-weights.md has the figures.

    learned/artist.parquet    one row a term: kind, term, and its place (float16); written by `learn`
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy import sparse
from sklearn.linear_model import Ridge
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from nlp.latent import PARTS
from nlp.listening import Listening, read_listening
from records.errors import InputError, LakeError
from records.ids import file_fingerprint, fingerprint
from records.lake import Lake, read_fingerprint
from records.progress import Progress, silent
from records.snapshot import LATENT, Snapshot, Vectors
from records.types import EntityKind, StageReport, TermKind

VERSION = 1
"""Raise it when the same data gives other places."""
SHARE = 0.5
"""Part of the learned vectors in the mix; what was in it before has the rest. Source: decision 22."""

_DIRECTIONS = 300
_ALPHA = 10.0
"""Strength of the ridge. Source: decision 22: 1 .401, 3 .404, 10 .409, 30 .402."""
_LEAST_KNOWN = 50
"""With fewer entities that are listened to nothing can be learned and nothing checked."""
_HELD_OUT = 5
"""Every fifth entity is kept apart to measure the gain."""
_MOST_HELD_OUT = 500
_TRUE = 10
"""The nearest by listening that an answer should give."""

Floats = npt.NDArray[np.float64]


def learn(lake: Lake, snapshot: Snapshot, path: Path, progress: Progress = silent) -> StageReport:
    """Learn from plays or pairs of artists, measure the gain on artists held out, and keep what was learned.

    If the answers for those held out are no better, nothing is kept and what was there stays.

    Args:
        lake: where it is kept.
        snapshot: vectors as `weigh` made them, without anything learned.
        path: CSV, see `nlp.listening`.
        progress: told of four steps.

    Raises:
        InputError: the file cannot be read, or speaks of too few of our artists.
    """
    vectors = snapshot.vectors[EntityKind.ARTIST]
    listening = read_listening(path, vectors.entities)
    known = len(listening.rows)
    if known < _LEAST_KNOWN:
        found = ", ".join(listening.unknown[:3])
        raise InputError(
            f"{path} speaks of {known} artists that have vectors; expected at least {_LEAST_KNOWN}"
            + (f" (not found: {found} and others; ids, foreign ids and names will do)" if found else "")
        )
    progress("learn", 1, 4)
    matrix, columns = _said(vectors)
    directions = _directions(matrix)
    progress("learn", 2, 4)
    before, after, held_out = _gain(snapshot, vectors, matrix, directions, listening)
    progress("learn", 3, 4)
    counts = (("lines", listening.lines), ("artists learned from", known), ("artists held out", held_out))
    told = f"nDCG@10 of {held_out} artists held out: {before:.3f} before, {after:.3f} with what was learned"
    if after > before:
        places = directions @ _ridge(matrix, directions, listening, slice(None))
        stamp = fingerprint([str(VERSION), snapshot.id, file_fingerprint(path)])
        lake.write_table(_path(lake), _table(vectors, columns, places), stamp)
        notes = [told, "the next `topterms publish` and `topterms export` use it; `topterms learn --forget` ends it"]
    else:
        notes = [told, "that is no gain: nothing was kept"]
    if listening.unknown:
        shown = ", ".join(listening.unknown[:3])
        notes.append(f"{len(listening.unknown)} entities of the file have no vectors here ({shown})")
    progress("learn", 4, 4)
    return StageReport("learn", counts, tuple(notes))


def forget_learned(lake: Lake) -> int:
    """Remove what was learned; return how many files that were."""
    existed = lake.exists(_path(lake))
    if existed:
        lake.remove(_path(lake))
    return int(existed)


def with_learned(lake: Lake, snapshot: Snapshot) -> Snapshot:
    """Return a snapshot with what was learned in its latent vectors and its mix; as it is where nothing was.

    Raises:
        LakeError: what was learned cannot be read.
    """
    path = _path(lake)
    lake.fetch(path)
    if not path.exists():
        return snapshot
    vectors = snapshot.vectors[EntityKind.ARTIST]
    learned = _learned_vectors(vectors, path)
    mix = {key: weight * (1 - SHARE) for key, weight in snapshot.mix.items()}
    old = mix.get(LATENT, 0.0)
    mix[LATENT] = old + SHARE
    # One vector whose cosine is the mean of both cosines, weighted by their parts in the mix.
    latent = np.hstack([vectors.latent * np.sqrt(old / mix[LATENT]), learned * np.sqrt(SHARE / mix[LATENT])])
    changed = replace(vectors, latent=latent.astype(np.float32))
    stamp = fingerprint([snapshot.id, str(VERSION), read_fingerprint(path)])
    return replace(snapshot, id=stamp, mix=mix, vectors={**snapshot.vectors, EntityKind.ARTIST: changed})


def _path(lake: Lake) -> Path:
    return lake.root / "learned" / "artist.parquet"


def _said(vectors: Vectors) -> tuple[sparse.csr_array, npt.NDArray[np.int64]]:
    """Return what is said of each, (entities, columns), and which columns of the vectors those are."""
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    matrix = sparse.csr_array((vectors.weights, vectors.indices, vectors.indptr), shape)
    gains = np.zeros(shape[1], np.float32)
    for kind, part in PARTS.items():
        gains[vectors.columns_of(kind)] = part
    columns = np.flatnonzero((gains > 0) & (np.bincount(vectors.indices, minlength=shape[1]) > 1))
    return sparse.csr_array(matrix[:, columns] @ sparse.diags_array(gains[columns])), columns


def _directions(matrix: sparse.csr_array) -> Floats:
    """Return the latent directions, (columns, directions); Source: as `nlp.latent`."""
    rank = min(_DIRECTIONS, min(matrix.shape) - 1)
    _, _, right = randomized_svd(sparse.csr_matrix(normalize(matrix)), rank, n_iter=4, random_state=0)
    directions: Floats = right.T
    return directions


def _ridge(matrix: sparse.csr_array, directions: Floats, listening: Listening, chosen: slice | Floats) -> Floats:
    """Return the map from directions to factors, learned from the chosen ones of those listened to."""
    places = normalize(matrix[listening.rows[chosen]] @ directions)
    ridge = Ridge(alpha=_ALPHA, fit_intercept=False).fit(places, listening.factors[chosen])
    weights: Floats = ridge.coef_.T
    return weights


def _gain(
    snapshot: Snapshot, vectors: Vectors, matrix: sparse.csr_array, directions: Floats, listening: Listening
) -> tuple[float, float, int]:
    """Return nDCG@10 for artists held out, before and with what the others teach, and how many those are."""
    order = np.random.default_rng(0).permutation(len(listening.rows))
    held = order[: min(len(order) // _HELD_OUT, _MOST_HELD_OUT)]
    weights = _ridge(matrix, directions, listening, np.setdiff1d(order, held))
    truth = listening.factors[held] @ listening.factors.T
    learned = normalize(matrix[listening.rows] @ (directions @ weights))
    before = _similarities(snapshot, vectors, listening.rows[held], listening.rows)
    after = (1 - SHARE) * before + SHARE * (learned[held] @ learned.T)
    for scores in (truth, before, after):
        scores[np.arange(len(held)), held] = -np.inf  # nobody is a neighbour of its own
    return _ndcg(before, truth), _ndcg(after, truth), len(held)


def _similarities(
    snapshot: Snapshot, vectors: Vectors, some: npt.NDArray[np.int64], others: npt.NDArray[np.int64]
) -> Floats:
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    gains = np.zeros(shape[1])
    for kind in TermKind:
        gains[vectors.columns_of(kind)] = snapshot.mix.get(kind, 0.0)
    matrix = sparse.csr_array((vectors.weights, vectors.indices, vectors.indptr), shape)
    scores: Floats = (matrix[some] @ sparse.diags_array(gains) @ matrix[others].T).toarray().astype(np.float64)
    return scores + snapshot.mix.get(LATENT, 0.0) * (vectors.latent[some] @ vectors.latent[others].T)


def _ndcg(scores: Floats, truth: Floats) -> float:
    """Return the mean nDCG@10 where the ten of the highest truth are right, all alike."""
    discounts = 1 / np.log2(np.arange(2, _TRUE + 2))
    found, right = (np.argsort(-values, axis=1, kind="stable")[:, :_TRUE] for values in (scores, truth))
    hits = (found[:, :, None] == right[:, None, :]).any(axis=2)
    return float((hits @ discounts).mean() / discounts.sum())


def _table(vectors: Vectors, columns: npt.NDArray[np.int64], places: Floats) -> pa.Table:
    terms = vectors.terms.select(["kind", "term"]).take(pa.array(columns))
    # Only directions matter: the largest number is made 1, well within what float16 can say.
    flat = pa.array((places / np.abs(places).max()).astype(np.float16).ravel())
    return terms.append_column("place", pa.FixedSizeListArray.from_arrays(flat, places.shape[1]))


def _learned_vectors(vectors: Vectors, path: Path) -> npt.NDArray[np.float32]:
    """Return the learned vectors, (entities, factors), rows of L2 norm 1, or 0 where no known term is said."""
    try:
        table = pq.ParquetFile(path).read().combine_chunks()
        size = table.schema.field("place").type.list_size
        known = (pc.binary_join_element_wise(t.column("kind"), t.column("term"), "\t") for t in (table, vectors.terms))
        found = pc.fill_null(pc.index_in(*reversed(list(known))), -1).to_numpy()
        flat = table.column("place").combine_chunks().flatten().to_numpy()
    except (OSError, pa.ArrowException, KeyError, AttributeError) as error:
        raise LakeError(f"{path} cannot be read ({error}); `topterms learn` makes it anew") from error
    matrix, columns = _said(vectors)
    places = np.zeros((len(columns), size), np.float32)
    is_known = found[columns] >= 0
    places[is_known] = flat.reshape(-1, size)[found[columns][is_known]]
    learned: npt.NDArray[np.float32] = normalize(matrix @ places).astype(np.float32)
    return learned
