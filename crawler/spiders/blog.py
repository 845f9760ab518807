"""A site whose links are followed from page to page."""

from collections.abc import Iterator

from scrapy.http import HtmlResponse, Response
from scrapy.linkextractors import LinkExtractor

from crawler.spiders.base import SiteSpider
from crawler.state import Link


class BlogSpider(SiteSpider):
    """Follows every link within the site: posts, archives, pagination."""

    name = "blog"
    _extract = LinkExtractor(unique=True)

    def find_links(self, response: Response) -> Iterator[Link]:
        """Yield the links of a page, but for those marked nofollow."""
        if isinstance(response, HtmlResponse):
            for link in self._extract.extract_links(response):
                if not link.nofollow:
                    yield Link(link.url)
            for href in response.xpath("//link[@rel='next' or @rel='prev']/@href").getall():
                yield Link(response.urljoin(href))
