"""Settings of the Scrapy project: polite and careful. What differs by source is in `crawler.spiders.base`."""

BOT_NAME = "topterms"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# Polite: robots.txt, one request at a time per site, slower where the site is slow.
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "topterms"
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 1  # a page gives one; Scrapy starts so many workers for every answer, 100 of them by itself
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
RETRY_TIMES = 2

# Careful: only http and https, straight to checked addresses, nothing that listens.
DOWNLOAD_HANDLERS = {
    "http": "crawler.bounded.BoundedDownloadHandler",
    "https": "crawler.bounded.BoundedDownloadHandler",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}
TWISTED_DNS_RESOLVER = "crawler.addresses.GuardedResolver"
HTTPPROXY_ENABLED = False  # a proxy would connect for us, past the check of addresses
REDIRECT_MAX_TIMES = 5
URLLENGTH_LIMIT = 2000
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# Nearest to the start first: what a trap spawns comes last.
DEPTH_PRIORITY = 1
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
REQUEST_FINGERPRINTER_CLASS = "crawler.middlewares.CanonicalFingerprinter"

HTTPERROR_ALLOW_ALL = True  # the spiders count what was not answered well
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.Revisit": 120,  # after robots.txt
    "crawler.middlewares.Budget": 130,
    "crawler.middlewares.RobotsAnswer": 540,  # nearer to the spider than retrying (550)
}
ITEM_PIPELINES = {"crawler.recorder.Recorder": 300}
EXTENSIONS = {"scrapy.extensions.throttle.AutoThrottle": None, "crawler.pace.Pace": 0}

LOG_LEVEL = "INFO"
LOG_COLOR = False
STATS_DUMP = False
