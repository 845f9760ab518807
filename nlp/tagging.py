"""spaCy's tags for the sentences that are asked for, each word's embedding worked out once.

spaCy's convolutions read a word among its four neighbours on either side and no further. So a piece of a text that has
four words more on either side gets the tags that it has in the whole text.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import spacy
from spacy.attrs import TAG
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model, chain, use_ops

from nlp.forms import BY_TAG
from nlp.settings import CountSettings
from nlp.vocabulary import Type, Vocabulary
from records.errors import ConfigurationError

_CONTEXT = ("tok2vec", "tagger")
"""Pipes that read a word in its sentence."""
_MOST_EMBEDDED = 1 << 16
"""Words whose embedding is kept: 25 MB. When there are more, all are forgotten and what is common comes back soon."""

Piece = tuple[int, int]
"""Half-open range of tokens."""


def load_tagger(settings: CountSettings) -> "Tagger":
    """Load the spaCy model with the pipes that terms need: tags and lemmas; sentences end at punctuation.

    Matrices are multiplied by numpy's BLAS: that takes half as long as spaCy's own way (tok2vec 15,000 -> 28,000 words
    a second of processor time) and gave the same tags for all of 134,059 words.

    Raises:
        ConfigurationError: the model is not installed, or is not a tagging model.
    """
    try:
        with use_ops("numpy", use_blis=False):
            language = spacy.load(settings.model, exclude=["parser", "ner", "senter"], disable=BY_TAG)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the spaCy model {settings.model!r} cannot be loaded ({error}); expected the name of an installed package"
        ) from error
    expected = _CONTEXT + BY_TAG
    missing = [pipe for pipe in expected if pipe not in language.component_names]
    if missing:
        raise ConfigurationError(
            f"the spaCy model {settings.model!r} has no {missing[0]}; expected {', '.join(expected)}"
        )
    return Tagger(language)


class Tagger:
    """A spaCy model that tags on demand.

    Args:
        language: tok2vec and tagger are enabled; attribute ruler and lemmatizer are there.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        model = language.get_pipe("tok2vec").model
        self.vocabulary = Vocabulary(language)
        self._embedded = _Embedded(model.get_ref("embed"), self.vocabulary) if _is_plain(model) else None
        self._encode = model.get_ref("encode") if self._embedded else None
        self._tagger = language.get_pipe("tagger")
        self._numbers = np.array([language.vocab.strings.add(label) for label in self._tagger.labels], np.uint64)

    def tags(self, tokens: Sequence[Type], pieces: Sequence[Piece]) -> npt.NDArray[np.uint64]:
        """Return the tag of every token, as spaCy's number; 0 outside of the pieces.

        Args:
            tokens: the tokens of a text.
            pieces: the ranges of tokens that are wanted, ascending and apart.
        """
        tags = np.zeros(len(tokens), np.uint64)
        if not pieces:
            return tags
        if self._embedded is None or self._encode is None:
            return self._tags_of_all(tokens)
        reach = self._encode.attrs["pad"]
        wider = _joined([(max(0, start - reach), min(len(tokens), stop + reach)) for start, stop in pieces])
        encoded = self._encode.predict([self._embedded.rows(tokens[start:stop]) for start, stop in wider])
        output = self._tagger.model.layers[1]
        for (start, stop), scores in zip(wider, output.predict(encoded), strict=True):
            tags[start:stop] = self._numbers[scores.argmax(axis=1)]
        outside = np.ones(len(tokens), bool)
        for start, stop in pieces:
            outside[start:stop] = False
        tags[outside] = 0
        return tags

    def _tags_of_all(self, tokens: Sequence[Type]) -> npt.NDArray[np.uint64]:
        """Tag a whole text the usual way, with a model that is built otherwise."""
        doc = Doc(self._language.vocab, [token.word for token in tokens], [token.blank for token in tokens])
        for name in _CONTEXT:
            doc = self._language.get_pipe(name)(doc)
        tags: npt.NDArray[np.uint64] = doc.to_array([TAG])
        return tags


def _is_plain(model: Model) -> bool:
    """Say whether a tok2vec embeds words one by one from their features, and then reads them in their order."""
    embed, encode = (model.maybe_get_ref(name) for name in ("embed", "encode"))
    return bool(embed and encode and embed.layers[0].name == "extract_features" and "pad" in encode.attrs)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Join ascending ranges that meet or overlap."""
    edges = [index for index, (one, other) in enumerate(pairwise(pieces), 1) if other[0] > one[1]]
    groups = [pieces[start:stop] for start, stop in pairwise([0, *edges, len(pieces)])]
    return [(group[0][0], group[-1][1]) for group in groups]


class _Embedded:
    """Embeddings by type: a word's norm, affixes, shape and blank are all that spaCy's are made of.

    With it and with the texts one by one, so that what is worked on stays in the processor's cache, tagging went from
    25,000 to 34,000 words a second of processor time (headline benchmark, 464,388 words).
    """

    def __init__(self, embed: Model, vocabulary: Vocabulary) -> None:
        self._columns: Sequence[str] = embed.layers[0].attrs["columns"]
        self._vocabulary = vocabulary
        self._rest = chain(*embed.layers[1:])
        self._places: dict[Type, int] = {}
        self._known = np.zeros((0, 0), np.float32)

    def rows(self, tokens: Sequence[Type]) -> npt.NDArray[np.float32]:
        """Return the embedding of every token, (tokens, width)."""
        if len(self._places) > _MOST_EMBEDDED:
            self._places = {}
        missing = list(dict.fromkeys(token for token in tokens if token not in self._places))
        if missing:
            self._learn(missing)
        return self._known[[self._places[token] for token in tokens]]

    def _learn(self, types: Sequence[Type]) -> None:
        (rows,) = self._rest.predict([self._vocabulary.features(types, self._columns)])
        before = len(self._places)
        if before + len(rows) > len(self._known):
            grown = np.zeros((2 * (before + len(rows)), rows.shape[1]), np.float32)
            grown[:before] = self._known[:before] if before else 0
            self._known = grown
        self._known[before : before + len(rows)] = rows
        self._places.update(zip(types, range(before, before + len(rows)), strict=True))
