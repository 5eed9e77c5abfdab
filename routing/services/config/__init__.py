"""The whole configuration as one document: read from the draft, written back to it.

    draft_document()  -> what is in the admin now
    apply(document)   -> the admin holds exactly this; or ConfigRefused, and nothing
    written(document) -> the document as a YAML file
    read(text)        -> the document of a file, and the line of each value

A document is JSON: sections in the order of `table.SECTIONS`, each a list of records,
a record's values by the names of its model's fields, and other records by their
names. Which models and fields that are is said in `table` alone. Within a release a
record also has its key, so that one that was renamed since is still the same.
"""

from routing.services.config.applying import apply, preview
from routing.services.config.draft import draft_document
from routing.services.config.reading import read
from routing.services.config.writing import written

__all__ = ["apply", "draft_document", "preview", "read", "written"]
