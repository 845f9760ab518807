"""What remains of the similarity when no proper name is looked at: neighbours by description alone.

    python -m bench.nameless LAKE --out neighbors.jsonl

Names and artists are left out, and every word and pair that holds a word which stands in names more than half of the
time; the latent space is made anew of what remains. The neighbours are scored by the headline benchmark's judge.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from nlp.settings import DEFAULT_MIX
from records.lake import Lake
from records.snapshot import LATENT, Vectors, read_snapshot
from records.types import EntityKind, TermKind

NEIGHBORS = 50
_DESCRIBING = (TermKind.N1, TermKind.N2, TermKind.ADJ, TermKind.NP)
_DIMENSIONS = 60


def described(vectors: Vectors) -> dict[TermKind, sparse.csr_matrix]:
    """Return the vectors by kind, unit rows, without the columns that hold proper names."""
    shape = (vectors.entities.num_rows, vectors.terms.num_rows)
    whole = sparse.csr_matrix((vectors.weights, vectors.indices, vectors.indptr), shape)
    terms = [str(term) for term in vectors.terms.column("term").to_pylist()]
    df = vectors.terms.column("df").to_pylist()
    n1, name = vectors.columns_of(TermKind.N1), vectors.columns_of(TermKind.NAME)
    said = {terms[column]: df[column] for column in range(n1.start, n1.stop)}
    named: Counter[str] = Counter()
    for column in range(name.start, name.stop):
        named.update(dict.fromkeys(terms[column].split(), df[column]))
    proper = {word for word, times in named.items() if times > 0.5 * said.get(word, 0)}
    found = {}
    for kind in _DESCRIBING:
        block = vectors.columns_of(kind)
        kept = [c for c in range(block.start, block.stop) if proper.isdisjoint(terms[c].split())]
        if kept:
            found[kind] = normalize(whole[:, kept]).tocsr()
    return found


def similarities(by_kind: dict[TermKind, sparse.csr_matrix]) -> npt.NDArray[np.float64]:
    """Return the similarity of every two entities, mixed by the default weights of what is left."""
    words = normalize(sparse.hstack([by_kind[kind] for kind in (TermKind.N1, TermKind.N2) if kind in by_kind]).tocsr())
    left, values, _ = randomized_svd(words, _DIMENSIONS, n_iter=4, random_state=0)
    latent = normalize(left * np.sqrt(values))
    total: npt.NDArray[np.float64] = DEFAULT_MIX[LATENT] * (latent @ latent.T)
    for kind, matrix in by_kind.items():
        total += DEFAULT_MIX[kind] * (matrix @ matrix.T).toarray()
    return total


def main() -> None:
    """Write the neighbours of every artist."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path, help="a lake with vectors, such as `bench.headline` leaves behind")
    parser.add_argument("--out", type=Path, required=True, help="where to write the neighbours")
    given = parser.parse_args()
    vectors = read_snapshot(Lake(given.lake)).vectors[EntityKind.ARTIST]
    ids = vectors.entities.column("id").to_pylist()
    scores = similarities(described(vectors))
    np.fill_diagonal(scores, -1)
    with given.out.open("w", encoding="utf-8") as stream:
        for row, best in enumerate(np.argsort(-scores, axis=1, kind="stable")[:, :NEIGHBORS]):
            neighbors = [{"id": ids[place], "score": float(scores[row, place])} for place in best.tolist()]
            stream.write(json.dumps({"id": ids[row], "neighbors": neighbors}) + "\n")
    print(f"{len(ids)} artists answered in {given.out}")


if __name__ == "__main__":
    main()
