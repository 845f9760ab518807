"""Pure parsers: what was fetched in, a document or a reason for none out."""
