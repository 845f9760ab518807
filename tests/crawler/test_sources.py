"""The sources file: read as written, or refused with a message that helps."""

from pathlib import Path

import pytest

from crawler.sources import TEMPLATE, Source, SourceKind, read_sources
from records.errors import ConfigurationError


def write(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_source_is_read_with_its_limits(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        contact = "https://example.org/us"
        [[source]]
        name = "blog-1"
        blog = ["https://blog.example/", "https://blog.example/archive/"]
        allow = ['/20\\d\\d/']
        deny = '/tag/'
        hosts = ["old.blog.example"]
        max_pages = 7
        depth = 0
        delay = 2
        opt_out = true
        """,
    )
    assert read_sources(path) == (
        Source(
            "blog-1",
            SourceKind.BLOG,
            ("https://blog.example/", "https://blog.example/archive/"),
            allow=(r"/20\d\d/",),
            deny=("/tag/",),
            hosts=("old.blog.example",),
            max_pages=7,
            depth=0,
            delay=2.0,
            opt_out=True,
            contact="https://example.org/us",
        ),
    )


def test_archives_are_found_beside_the_file(tmp_path: Path) -> None:
    (source,) = read_sources(write(tmp_path, '[[source]]\nname = "cc"\nwarc = "warc/*.gz"'))
    assert source.start == (str(tmp_path / "warc/*.gz"),)


def test_the_template_can_be_read_and_crawls_nothing_yet(tmp_path: Path) -> None:
    (source,) = read_sources(write(tmp_path, TEMPLATE))
    assert source.opt_out


def test_the_template_names_every_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="available") as caught:
        read_sources(write(tmp_path, '[[source]]\nname = "a"\nblog = "https://a.example/"\nspeed = 1'))
    keys = str(caught.value).partition("available: ")[2].split(", ")
    assert [key for key in keys if key not in TEMPLATE] == []


BLOG = '[[source]]\nname = "a"\nblog = "https://a.example/"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no [[source]]"]),
        ("[[source]", ["TOML"]),
        ("speed = 3\n" + BLOG, ["'speed'", "contact"]),
        ("contact = 3\n" + BLOG, ["contact", "3"]),
        ('contact = "a\\nb"\n' + BLOG, ["contact"]),
        (BLOG + "speed = 3", ["'a'", "speed", "max_pages"]),
        (BLOG + BLOG, ["'a'", "once"]),
        ('[[source]]\nname = "a"', ["'a'", "exactly one of feed, sitemap, blog, warc"]),
        (BLOG + 'feed = "https://a.example/feed"', ["feed and blog", "exactly one"]),
        ('[[source]]\nblog = "https://a.example/"', ["number 1", "name", "missing"]),
        ('[[source]]\nname = "../a"\nblog = "https://a.example/"', ["name", "../a", "lower-case"]),
        ('[[source]]\nname = "a"\nblog = "a.example"', ["blog", "a.example", "https://"]),
        ('[[source]]\nname = "a"\nblog = "ftp://a.example"', ["blog", "ftp://a.example"]),
        ('[[source]]\nname = "a"\nblog = []', ["blog", "at least one"]),
        (BLOG + "allow = ['(']", ["allow", "'('", "regular expression"]),
        (BLOG + "deny = 3", ["deny", "3", "list of texts"]),
        (BLOG + 'hosts = ["https://b.example/"]', ["hosts", "https://b.example/", "names of hosts"]),
        (BLOG + "max_pages = 0", ["max_pages", "0", "at least 1"]),
        (BLOG + "max_pages = 1.5", ["max_pages", "1.5", "whole number"]),
        (BLOG + "delay = -1", ["delay", "-1", "at least 0"]),
        (BLOG + "delay = true", ["delay", "True"]),
        (BLOG + "delay = inf", ["delay", "inf"]),
        (BLOG + "opt_out = 1", ["opt_out", "1", "true or false"]),
    ],
)
def test_a_mistake_is_named_with_what_was_found_and_expected(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_sources(write(tmp_path, text))
    assert [word for word in (*words, "sources.toml") if word not in str(caught.value)] == []


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="topterms init"):
        read_sources(tmp_path / "none.toml")


def test_a_file_of_another_encoding_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_sources(tmp_path / "s.toml")
