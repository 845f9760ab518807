"""`python -m sample` serves the blog until interrupted."""

from sample.server import main

main()
