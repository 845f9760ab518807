"""A small music blog written for this project: the demo crawls it, and tests check the chain against it."""
