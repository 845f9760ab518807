"""A sitemap: every page that it names is fetched."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap, sitemap_urls_from_robots

from crawler.spiders.base import SiteSpider
from crawler.state import Link

_SITEMAP = re.compile(r"\.xml(\.gz)?$|sitemap[^/]*$", re.IGNORECASE)


class SitemapSpider(SiteSpider):
    """Reads sitemaps, indexes of sitemaps, packed ones, and the Sitemap lines of a robots.txt."""

    name = "sitemap"

    def is_list(self, url: str) -> bool:
        """Say whether an address is that of a sitemap."""
        return bool(_SITEMAP.search(urlsplit(url).path))

    def find_links(self, response: Response) -> Iterator[Link]:
        """Yield the sitemaps and pages that a sitemap or a robots.txt names."""
        if response.meta.get("depth", 0) and super().is_page(response):
            return
        if response.url.endswith("/robots.txt"):
            yield from map(Link, sitemap_urls_from_robots(response.body, response.url))
            return
        body = response.body
        if gzip_magic_number(response):
            body = gunzip(body, max_size=self.source.max_size)
        if body.lstrip()[:1] == b"<":
            for place in Sitemap(body):
                yield Link(response.urljoin(place["loc"]))
