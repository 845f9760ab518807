"""The web page: the questions of the service as HTML, for people."""
