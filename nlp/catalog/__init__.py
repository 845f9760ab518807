"""The catalogue: the artists and songs that are looked for, from files of the user's into the lake.

catalog/entities.parquet   one row an entity, schema ENTITIES, sorted by id
catalog/names.parquet      one row a name and artist, schema NAMES, sorted by key: how ambiguous each name is
"""

from nlp.catalog.importing import import_catalog
from nlp.catalog.names import Ambiguity, ambiguity, most_shared_names
from nlp.catalog.own import TEMPLATE
from nlp.catalog.stored import entities_of, merged_ids, read_catalog, read_names

__all__ = [
    "TEMPLATE",
    "Ambiguity",
    "ambiguity",
    "entities_of",
    "import_catalog",
    "merged_ids",
    "most_shared_names",
    "read_catalog",
    "read_names",
]
