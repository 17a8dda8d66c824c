"""The kinds of what a module imports and exports."""

from enum import Enum


class Kind(Enum):
    """The kind of an import or an export."""

    FUNCTION = "function"
    GLOBAL = "global"
    TABLE = "table"
    MEMORY = "memory"
    TAG = "tag"
