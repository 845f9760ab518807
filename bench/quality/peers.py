"""The simple answers: scikit-learn over the raw text of every artist's biography."""

import json
from collections.abc import Iterator
from csv import DictReader
from pathlib import Path

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from bench.quality.ranking import Floats

_DIMENSIONS = 60


def peers(data: Path) -> Iterator[tuple[str, list[str], Floats]]:
    """Yield peers: what it is, the artists' ids, and the similarity of every two of them.

    Args:
        data: the folder that the headline benchmark's `prepare` wrote.
    """
    texts = _texts(data)
    ids = list(texts)
    for name, longest in (("words", 1), ("words and pairs", 2)):
        vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=2, ngram_range=(1, longest))
        matrix = vectorizer.fit_transform(texts.values())
        yield f"scikit-learn, tf-idf of {name}", ids, np.asarray((matrix @ matrix.T).todense(), np.float64)
        latent = normalize(TruncatedSVD(min(_DIMENSIONS, matrix.shape[1]), random_state=0).fit_transform(matrix))
        yield f"the same, LSI of {_DIMENSIONS} dimensions", ids, latent @ latent.T


def _texts(data: Path) -> dict[str, str]:
    with (data / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        ids = {row["name"]: row["id"] for row in DictReader(stream)}
    with (data / "documents.jsonl").open(encoding="utf-8") as stream:
        documents = list(map(json.loads, stream))
    return {ids[document["title"]]: document["text"] for document in documents if document["title"] in ids}
