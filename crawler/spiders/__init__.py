"""Spiders by way of access: feed, sitemap, blog and warc."""
