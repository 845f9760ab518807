"""Measures whether text helps, then prints a list for one listener.

python -m examples.hybrid --export ./vectors --plays hetrec2011-lastfm-2k/user_artists.dat
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from examples.hybrid.content import read_content
from examples.hybrid.evaluation import K, Result, cases, evaluate
from examples.hybrid.model import fit
from examples.hybrid.plays import read_plays
from examples.hybrid.weekly import weekly
from index.export import read_export
from records.errors import InputError, TopTermsError
from records.types import EntityKind


def main(arguments: list[str] | None = None) -> int:
    """Run the example as the arguments say; return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        _run(given)
    except TopTermsError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    return 0


def _run(given: argparse.Namespace) -> None:
    if bool(given.vectors) != bool(given.vector_ids):
        raise InputError("--vectors and --vector-ids go together; found one of the two")
    export = read_export(given.export)
    entities = export.entities(EntityKind.ARTIST)
    plays = read_plays(given.plays, entities)
    listener = given.listener or plays.listeners[0]
    if listener not in plays.listeners:
        raise InputError(f"there is no listener {listener!r}; expected one of {', '.join(plays.listeners[:5])} …")
    content = read_content(export, plays.items, given.vectors, given.vector_ids)
    described = np.arange(len(plays.items)) < entities.num_rows
    described[: entities.num_rows] &= entities.column("documents").to_numpy() > 0
    print(
        f"{len(plays.listeners)} listeners, {plays.counts.nnz} artists played, {described.sum()} artists with texts\n"
    )
    print_table([result for case in cases(plays.counts, described) for result in evaluate(case, content.features)])
    model = fit(plays.counts, content.features)
    print(f"\nFor listener {listener}, week {given.week}")
    for pick in weekly(plays, content, model, listener, given.week, given.number, given.explore):
        print(f"  {pick.name:<28.28} {pick.score:6.2f} {pick.players:5} players   {pick.reason}")


def print_table(results: list[Result]) -> None:
    """Print recall and nDCG of every case and ranking."""
    print(f"{'hidden':<14}{'ranked by':<16}{f'recall@{K}':>10}{f'nDCG@{K}':>10}{'listeners':>11}")
    for result in results:
        print(f"{result.case:<14}{result.ranking:<16}{result.recall:>10.3f}{result.ndcg:>10.3f}{result.listeners:>11}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m examples.hybrid", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--export", type=Path, required=True, metavar="DIR", help="what `topterms export` wrote")
    parser.add_argument(
        "--plays", type=Path, required=True, metavar="FILE", help="CSV (user,entity,plays) or .dat of hetrec"
    )
    parser.add_argument("--vectors", type=Path, metavar="NPY", help="further item vectors, one row an item")
    parser.add_argument("--vector-ids", type=Path, metavar="TXT", help="their ids, one a line")
    parser.add_argument("--listener", metavar="ID", help="whom to make a list for; the first if silent")
    parser.add_argument("--number", type=int, default=20, metavar="N", help="how long the list is (20)")
    parser.add_argument("--week", type=int, default=1, metavar="N", help="another week, another draw (1)")
    parser.add_argument("--explore", type=float, default=0.5, metavar="WIDTH", help="0 for no exploring (0.5)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
