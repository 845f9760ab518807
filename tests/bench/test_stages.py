"""The benchmarks of the stages measure the same work on both sides, and the command line prints what they measured."""

from pathlib import Path

import numpy as np
import pytest

from bench import count, weigh
from bench.__main__ import main
from records.errors import InputError
from records.lake import Dataset, read_table
from records.schemas import COUNTS


def test_both_peers_of_weighing_make_the_same_vectors(tmp_path: Path) -> None:
    """Ways of different cost to one result: every artist is as like every other by the one as by the other."""
    counts = weigh.draw_counts(tmp_path, 12).files(Dataset.COUNTS)
    bags, codes = weigh.by_bags(counts), weigh.by_codes(counts)
    assert bags.shape == codes.shape
    np.testing.assert_allclose((bags @ bags.T).toarray(), (codes @ codes.T).toarray(), atol=1e-6)


def test_drawn_counts_hold_a_term_of_a_document_once_and_about_as_many_rows_as_asked_for(tmp_path: Path) -> None:
    table = read_table(weigh.draw_counts(tmp_path, 20).files(Dataset.COUNTS)[0], COUNTS)
    keys = list(zip(*(table.column(name).to_pylist() for name in ("document_id", "kind", "term")), strict=True))
    assert len(set(keys)) == len(keys)
    assert len(keys) == pytest.approx(20 * weigh.ROWS_A_DOCUMENT, rel=0.1)


def test_counting_is_timed_on_one_process_and_on_two_against_the_whole_pipeline() -> None:
    rows = count.measure(texts=66)
    assert [(variant, unit) for _, variant, _, unit in rows] == [
        ("spaCy, all pipes, defaults", "words/s"),
        ("spaCy, all pipes, defaults", "words/cpu-s"),
        ("topterms, one process", "words/s"),
        ("topterms, one process", "words/cpu-s"),
        ("topterms, two processes", "words/s"),
    ]
    assert len({what for what, *_ in rows}) == 1
    assert all(value > 0 for _, _, value, _ in rows)


def test_too_few_texts_to_time_two_processes_are_refused() -> None:
    with pytest.raises(InputError, match="3 texts are too few to time; expected more than 64"):
        count.measure(texts=3)


def test_the_command_measures_as_often_as_told_and_adds_its_table_to_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "record.md"
    record.write_text("# Before\n", encoding="utf-8")
    main(["weigh", "--rows", "3000", "--runs", "2", "--record", str(record)])
    said = capsys.readouterr()
    assert said.err.count("weigh: run") == 2
    written = record.read_text(encoding="utf-8")
    assert written.startswith("# Before\n\n## ")
    assert said.out.strip() in written
    assert written.count("| weigh, ") == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["wiegh"], "there is no benchmark 'wiegh'; expected some of crawl, parse, count, weigh, query"),
        (["--runs", "0"], "found '0'; expected a whole number of at least 1"),
        (["count", "--data", "/nowhere"], "/nowhere/documents.jsonl"),
    ],
)
def test_a_command_that_cannot_be_run_says_what_was_expected(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
