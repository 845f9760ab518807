"""A snapshot as files that other programs read, and what reads them back; docs/export.md says how to use them."""

from index.export.layout import EXPORT_VERSION, FORMATS
from index.export.reading import Export, read_export
from index.export.writing import Extras, export

__all__ = ["EXPORT_VERSION", "FORMATS", "Export", "Extras", "export", "read_export"]
