"""Answers as people read them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from records.types import Entity, EntityKind, Evidence, Neighbor, Term, WeightedTerm
from service.questions import full_name, full_names, listed
from service.terminal import Screen, out
from service.why import Bond

if TYPE_CHECKING:
    from index.base import Index
    from index.trends import Riser, Rising, TermTrends, Trend
    from service.why import Part, Why


def print_terms(
    index: "Index",
    entity: Entity,
    terms: Sequence[WeightedTerm],
    said: Sequence[Evidence] = (),
    leaning: float = 0.0,
) -> None:
    """Print the terms of an entity as a table, how much it leans on others, and the sentences that say the terms."""
    screen = out()
    rows = [(term.label, term.term.kind, term.weight, f"{term.frequency:.0%}") for term in terms]
    screen.table(("term", "kind", "weight", "frequency"), rows, title=full_name(index, entity))
    if leaning > 0:
        others = "its artists" if entity.kind is EntityKind.SONG else "its nearest neighbours"
        screen.say(f"little is written about it: {leaning:.0%} of its latent vector is borrowed from {others}", "dim")
    print_sentences(screen, index, said, {term.term: term.label for term in terms})


def print_neighbors(index: "Index", neighbors: Sequence[Neighbor]) -> None:
    """Print what is alike, with the terms that make it so."""
    names = full_names(index, [n.entity for n in neighbors])
    rows = [(name, n.score, listed(n.shared)) for name, n in zip(names, neighbors, strict=True)]
    if rows:
        out().table(("name", "score", "shared terms"), rows)
    else:
        out().say("nothing is alike, by all that was read so far")


def print_why(index: "Index", why: "Why") -> None:
    """Print what two entities have in common, part by part, and the sentences that say the terms."""
    screen = out()
    score = why.explanation.score
    names = {entity.id: entity.name for entity in (why.a, why.b)}
    title = f"{full_name(index, why.a)} and {full_name(index, why.b)}: {score:.2f}"
    rows = [(f"{part.share / score:.0%}", part.bond.told, _told(part, score, names)) for part in why.parts]
    if rows:
        screen.table(("part", "because", "above all"), rows, title=title)
    else:
        screen.say(f"{title}: nothing that was read so far makes them alike", "bold")
    labels = {term.term: term.label for part in why.parts for term in part.terms}
    print_sentences(screen, index, why.evidence, labels)


def _told(part: "Part", score: float, names: Mapping[str, str]) -> str:
    """Return the terms of a part on one line, each with what it brings and, if it is said of one only, of whom."""
    told = []
    for term in part.terms:
        of = "" if len(term.of) > 1 or part.bond is Bond.TOGETHER else f", {names[term.of[0]]}"
        told.append(f"{term.label} ({term.share / score:.1%}{of})")
    return ", ".join(told)


def print_sentences(screen: Screen, index: "Index", said: Sequence[Evidence], labels: Mapping[Term, str]) -> None:
    """Print sentences, each once, with whom it is about, which term it says, where it stands and since when."""
    by_sentence: dict[tuple[Term, str, str], list[Evidence]] = {}
    for evidence in said:
        by_sentence.setdefault((evidence.term, evidence.sentence, evidence.url), []).append(evidence)
    for (term, sentence, url), found in by_sentence.items():
        about = " and ".join(entity.name for entity in index.get([evidence.entity_id for evidence in found]))
        day = f", {found[0].published_at:%Y-%m-%d}" if found[0].published_at else ""
        screen.say()
        screen.say(f"{labels[term]} ({about})", "bold")
        screen.say(f"“{sentence}”", indent=2)
        screen.say(f"{found[0].source}{day}, {url}{_tone(found[0].polarity)}", "dim", indent=2)


def _tone(polarity: float) -> str:
    return ", said with praise" if polarity > 0 else ", said with blame" if polarity < 0 else ""


def print_term_trends(found: "TermTrends") -> None:
    """Print which terms of an entity rose and fell."""
    screen = out()
    screen.say(f"{found.entity.name}, {found.since} to {found.until}", "bold")
    for title, trends in (("rising", found.rising), ("falling", found.falling)):
        screen.say()
        if trends:
            screen.table((title, "kind", "change", "from", "to", "documents"), map(_trend_row, trends))
        else:
            screen.say(f"no term is {title} by enough documents to mean anything")


def print_rising(found: "Rising") -> None:
    """Print which entities rose, and whom to discover."""
    screen = out()
    screen.say(f"{found.kind}s, {found.since} to {found.until}", "bold")
    for title, risers in (("rising", found.rising), ("to discover", found.discoveries)):
        screen.say()
        headings = (title, "change", "hotttnesss", "familiarity", "discovery", "documents")
        if risers:
            screen.table(headings, map(_riser_row, risers))
        else:
            screen.say(f"{title}: none")


def _trend_row(trend: "Trend") -> tuple[str | float, ...]:
    return trend.label, str(trend.term.kind), trend.change, trend.before, trend.after, trend.documents


def _riser_row(riser: "Riser") -> tuple[str | float, ...]:
    known = riser.hotttnesss, riser.familiarity, riser.discovery
    return riser.entity.name, riser.change, *known, riser.documents
