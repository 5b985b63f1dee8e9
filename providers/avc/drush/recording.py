"""What AVC is to remember of a run, for the PHP program."""

from contextlib import closing

from providers.avc.drush.conversation import Php
from providers.avc.drush.documents import Hello
from providers.php.documents import Trailer
from reconciler.models.avc import SyncRecord

_VALUES = 3
"""Time, users and cohorts; a failed run is only counted."""


def record(php: Php, record: SyncRecord) -> bool:
    """Write the record, by one process, which reads it back. Raises ReadError.

    People who are gone are left out.
    """
    values = 1 if record.failed else _VALUES
    request = record.model_dump(mode="json") | {"people": sorted(record.people)}
    with closing(php.ask("record", request)) as documents:
        for document in documents:
            match document:
                case Hello():
                    continue
                case Trailer():
                    php.compare(document, {"values": values})
                case _:
                    raise php.unexpected(document)
    return True
