"""spaCy's tags for the sentences that are asked for, each word's embedding worked out once.

spaCy's convolutions read a word among its four neighbours on either side and no further. So a piece of a text that has
four words more on either side gets the tags that it has in the whole text.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import spacy
from spacy.attrs import NORM, ORTH, SPACY, TAG
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model, chain, use_ops

from nlp.folding import fold
from nlp.settings import CountSettings
from records.errors import ConfigurationError

_CONTEXT = ("tok2vec", "tagger")
"""Pipes that read a word in its sentence."""
_BY_TAG = ("attribute_ruler", "lemmatizer")
"""Pipes that read a word and its tag."""
_MOST_EMBEDDED = 1 << 16
"""Words whose embedding is kept: 25 MB. When there are more, all are forgotten and what is common comes back soon."""

Piece = tuple[int, int]
"""Half-open range of tokens."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is the same wherever a word stands with one tag."""

    length: int
    text: str
    lemma: str
    pos: str
    is_space: bool
    is_feed: bool


def load_tagger(settings: CountSettings) -> "Tagger":
    """Load the spaCy model with the pipes that terms need: tags and lemmas; sentences end at punctuation.

    Matrices are multiplied by numpy's BLAS: that takes half as long as spaCy's own way (tok2vec 15,000 -> 28,000 words
    a second of processor time) and gave the same tags for all of 134,059 words.

    Raises:
        ConfigurationError: the model is not installed, or is not a tagging model.
    """
    try:
        with use_ops("numpy", use_blis=False):
            language = spacy.load(settings.model, exclude=["parser", "ner", "senter"], disable=_BY_TAG)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the spaCy model {settings.model!r} cannot be loaded ({error}); expected the name of an installed package"
        ) from error
    expected = _CONTEXT + _BY_TAG
    missing = [pipe for pipe in expected if pipe not in language.component_names]
    if missing:
        raise ConfigurationError(
            f"the spaCy model {settings.model!r} has no {missing[0]}; expected {', '.join(expected)}"
        )
    language.max_length = 10_000_000
    return Tagger(language)


class Tagger:
    """A spaCy model that tags on demand.

    Args:
        language: tok2vec and tagger are enabled; attribute ruler and lemmatizer are there.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._sentencizer = language.create_pipe("sentencizer")
        self._forms = _Forms(language)
        model = language.get_pipe("tok2vec").model
        self._embedded = _Embedded(model.get_ref("embed")) if _is_plain(model) else None
        self._encode = model.get_ref("encode") if self._embedded else None
        self._tagger = language.get_pipe("tagger")

    def doc(self, text: str) -> Doc:
        """Return the tokens of a text; sentences have their beginnings marked."""
        return self._sentencizer(self._language.make_doc(text))

    def form(self, word: int, tag: int) -> Form:
        """Return what a word is with a tag, both as spaCy's numbers; tag 0 stands for one that is not known."""
        return self._forms[word, tag]

    def tags(self, doc: Doc, pieces: Sequence[Piece]) -> npt.NDArray[np.uint64]:
        """Return the tag of every token, as spaCy's number; 0 outside of the pieces.

        Args:
            doc: the tokens.
            pieces: the ranges of tokens that are wanted, ascending and apart.
        """
        tags = np.zeros(len(doc), np.uint64)
        if not pieces:
            return tags
        if self._embedded is None or self._encode is None:
            return self._tags_of_all(doc)
        reach = self._encode.attrs["pad"]
        wider = _joined([(max(0, start - reach), min(len(doc), stop + reach)) for start, stop in pieces])
        embedded = self._embedded.rows(doc)
        encoded = self._encode.predict([embedded[start:stop] for start, stop in wider])
        output = self._tagger.model.layers[1]
        numbers = np.array([doc.vocab.strings.add(label) for label in self._tagger.labels], np.uint64)
        for (start, stop), scores in zip(wider, output.predict(encoded), strict=True):
            tags[start:stop] = numbers[scores.argmax(axis=1)]
        outside = np.ones(len(doc), bool)
        for start, stop in pieces:
            outside[start:stop] = False
        tags[outside] = 0
        return tags

    def _tags_of_all(self, doc: Doc) -> npt.NDArray[np.uint64]:
        """Tag a whole text the usual way, with a model that is built otherwise."""
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
    """Embeddings by word, norm and whether a blank follows: all that spaCy's features of a token come of.

    With it and with the texts one by one, so that what is worked on stays in the processor's cache, tagging went from
    25,000 to 34,000 words a second of processor time (headline benchmark, 464,388 words).
    """

    def __init__(self, embed: Model) -> None:
        self._columns = embed.layers[0].attrs["columns"]
        self._rest = chain(*embed.layers[1:])
        self._places: dict[tuple[int, ...], int] = {}
        self._known = np.zeros((0, 0), np.float32)

    def rows(self, doc: Doc) -> npt.NDArray[np.float32]:
        """Return the embedding of every token, (tokens, width)."""
        keys = list(map(tuple, doc.to_array([ORTH, NORM, SPACY]).tolist()))
        if len(self._places) > _MOST_EMBEDDED:
            self._places = {}
        missing = {key: place for place, key in enumerate(keys) if key not in self._places}
        if missing:
            self._learn(missing.keys(), doc.to_array(self._columns)[list(missing.values())])
        return self._known[[self._places[key] for key in keys]]

    def _learn(self, keys: Collection[tuple[int, ...]], features: npt.NDArray[np.uint64]) -> None:
        (rows,) = self._rest.predict([features])
        before = len(self._places)
        if before + len(rows) > len(self._known):
            grown = np.zeros((2 * (before + len(rows)), rows.shape[1]), np.float32)
            grown[:before] = self._known[:before] if before else 0
            self._known = grown
        self._known[before : before + len(rows)] = rows
        self._places.update(zip(keys, range(before, before + len(rows)), strict=True))


class _Forms(dict[tuple[int, int], Form]):
    """Forms by (word, tag), each worked out by the model's rules when it is met first.

    A few idioms are ruled word by word together ("let's", "gonna"); apart they keep other lemmas, which no term uses.
    With it and with numpy's BLAS tags and words cost half as much processor time: 10,000 -> 21,000 words a second.
    """

    def __init__(self, language: Language) -> None:
        self._vocab = language.vocab
        self._rules = [language.get_pipe(name) for name in _BY_TAG]

    def __missing__(self, key: tuple[int, int]) -> Form:
        word, tag = (self._vocab.strings[number] for number in key)
        text = fold(word)
        doc = Doc(self._vocab, words=[word], tags=[tag] if tag else None)
        for rule in self._rules if tag else ():
            doc = rule(doc)
        token = doc[0]
        is_feed = token.is_space and "\n" in word
        form = Form(len(word), text, fold(token.lemma_) or text, token.pos_, token.is_space, is_feed)
        self[key] = form
        return form
