"""Client of the orgfit API: a channel with a key, typed errors, and resumable imports."""

from .channel import connect
from .errors import ApiError
from .imports import ImportReport, import_people, import_units

__all__ = ["ApiError", "ImportReport", "connect", "import_people", "import_units"]
