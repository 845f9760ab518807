"""A dated blog replayed over HTTP gives what one crawl of it gives."""

import subprocess
from pathlib import Path

from bench.lacking import read_posts, replay
from tests.crawler.web import text_about

POST = "---\ntitle: 'Slowdive :: Day {n}'\ncategory: reviews\n---\nSlowdive are **hazy**. {text} {text}\n"


def test_posts_of_some_days_are_fetched_once_and_give_the_documents_and_vectors_of_one_crawl(tmp_path: Path) -> None:
    blog = tmp_path / "blog"
    (blog / "_posts" / "reviews").mkdir(parents=True)
    for n in range(1, 4):
        path = blog / "_posts" / "reviews" / f"2020-01-0{n}-slowdive.md"
        path.write_text(POST.format(n=n, text=text_about(n)), encoding="utf-8")
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    for words in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "posts")):
        subprocess.run(["git", *words], cwd=blog, check=True)
    catalog = tmp_path / "catalog.csv"
    catalog.write_text("id,name\ns,Slowdive\nr,Ride\n", encoding="utf-8")
    found = replay(read_posts(blog), catalog, 3, tmp_path / "lakes")
    assert (found.days, found.posts, found.documents) == (3, 3, 3)
    assert (found.fetched_again, found.different_documents) == (0, 0)
    assert found.gap < 1e-6
