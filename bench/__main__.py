"""Speed of every stage against a peer that was measured in the same run.

    python -m bench                          all of them, three times, in a few minutes
    python -m bench count weigh --runs 5     only these, five times
    python -m bench query --artists 10000    a smaller index
    python -m bench count --data DIR --texts 1000 --record bench/record.md

Values are medians of the runs, ratios are taken run by run: where a machine is busy, values waver and ratios less so.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import count, crawl, parse, query, table, weigh
from records.errors import TopTermsError

RUNS = 3


def benchmarks(arguments: argparse.Namespace) -> Mapping[str, Callable[[], list[table.Row]]]:
    """Return the benchmarks by name, in the order of the stages, at the sizes that the arguments say."""
    return {
        "crawl": crawl.measure,
        "parse": parse.measure,
        "count": lambda: count.measure(arguments.data, arguments.texts),
        "weigh": lambda: weigh.measure(arguments.rows),
        "query": lambda: query.measure(arguments.artists),
    }


def main(words: Sequence[str] | None = None) -> None:
    """Run the benchmarks that the command line names, print the table, and add it to a record if asked to.

    Args:
        words: the words of the command line; the process's own if None.
    """
    arguments = _parser().parse_args(words)
    known = benchmarks(arguments)
    if unknown := [name for name in arguments.names if name not in known]:
        _parser().error(f"there is no benchmark {unknown[0]!r}; expected some of {', '.join(known)}")
    written = [f"{datetime.now(UTC):%Y-%m-%d}, {table.machine()}; runs: {arguments.runs}", "", table.HEAD]
    print("\n".join(written), flush=True)
    try:
        for name in arguments.names or known:
            for line in table.lines(_run(name, known[name], arguments.runs)):
                written.append(line)
                print(line, flush=True)
    except (TopTermsError, OSError) as error:
        _parser().error(str(error))
    if arguments.record is not None:
        _append(arguments.record, written)


def _run(name: str, measure: Callable[[], list[table.Row]], runs: int) -> list[table.Series]:
    rows = []
    for number in range(1, runs + 1):
        print(f"{name}: run {number} of {runs}", file=sys.stderr, flush=True)
        rows.append(measure())
    return table.series(rows)


def _append(record: Path, written: Sequence[str]) -> None:
    table.append(record, ["\n## " + written[0], *written[1:]])
    print(f"added to {record}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="crawl, parse, count, weigh or query; all if silent")
    parser.add_argument("--runs", type=_at_least_one, default=RUNS, help=f"how often each is measured ({RUNS})")
    parser.add_argument("--data", type=Path, help="count: folder with catalog.csv, documents.jsonl (sample blog)")
    parser.add_argument("--texts", type=_at_least_one, default=count.TEXTS, help=f"count: texts read ({count.TEXTS})")
    parser.add_argument("--rows", type=_at_least_one, default=weigh.ROWS, help=f"weigh: rows of counts ({weigh.ROWS})")
    parser.add_argument(
        "--artists", type=_at_least_one, default=query.ARTISTS, help=f"query: artists drawn ({query.ARTISTS})"
    )
    parser.add_argument("--record", type=Path, metavar="FILE", help="add the table to the end of a file")
    return parser


def _at_least_one(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"found {word!r}; expected a whole number of at least 1")
    return int(word)


if __name__ == "__main__":
    main()
