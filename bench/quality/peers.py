"""The simple answers, of the raw text of every artist's biography: scikit-learn's, and averaged sentence embeddings."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from csv import DictReader
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from bench.quality.ranking import Floats

_DIMENSIONS = 60
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


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
    if find_spec("wordllama") is None:
        print("left out: sentence embeddings, of the extra topterms[peers]", file=sys.stderr)
        return
    embedded = _embedded(texts.values())
    yield "mean of the sentences' embeddings, WordLlama", ids, embedded @ embedded.T


def _embedded(texts: Iterable[str]) -> Floats:
    """Return unit vectors of texts, less what all have in common: with it the score is a tenth less.

    No model of transformers comes as a package. This one does: 256 dimensions of what large models know of each token.
    """
    import wordllama

    files = Path(wordllama.__file__).parent  # left to itself it asks the network for what it brings
    model = wordllama.WordLlama.load(cache_dir=files, disable_download=True)
    sentences = (list(filter(None, _SENTENCE_END.split(text))) or [""] for text in texts)
    means = np.array([model.embed(some, norm=True).mean(axis=0) for some in sentences], np.float64)
    unit: Floats = normalize(means - means.mean(axis=0))
    return unit


def _texts(data: Path) -> dict[str, str]:
    with (data / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        ids = {row["name"]: row["id"] for row in DictReader(stream)}
    with (data / "documents.jsonl").open(encoding="utf-8") as stream:
        documents = list(map(json.loads, stream))
    return {ids[document["title"]]: document["text"] for document in documents if document["title"] in ids}
