"""One run of a PHP program: what it says, told from what else PHP prints."""

import json
import secrets
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from providers.carriers.carrier import Carrier
from providers.carriers.errors import Ended, Silent, discreet
from providers.php import errors
from providers.php.documents import Hello, Refused, Stopped, Trailer
from reconciler.errors import ReadError
from reconciler.models.base import Model
from reconciler.models.usage import Usage

NOISE = 20
"""Lines of others that are kept, for messages."""

D = TypeVar("D", bound=Model)


class Errors(Protocol):
    """What becomes of the three ways in which a program does not come to its end.

    A module with these functions will do. ``place`` names the site, and how it is reached.
    """

    def from_refusal(self, document: Refused, place: str) -> ReadError:
        """The site's state forbids to work with it."""
        ...

    def from_stop(self, document: Stopped, place: str, noise: Iterable[str]) -> ReadError:
        """An exception, a fatal error, an exit()."""
        ...

    def from_end(self, error: Ended, place: str, noise: Iterable[str]) -> ReadError:
        """The process could not start or end as it should."""
        ...


@dataclass(frozen=True, slots=True)
class Language(Generic[D]):
    """What a kind of site is asked, and what it answers."""

    name: str
    """Moodle, Drupal."""
    program: Callable[[str, str, str], bytes]
    """The text for a task, with its request (JSON) and the run's nonce."""
    documents: TypeAdapter[D]
    """All that its programs may say."""
    errors: Errors


@dataclass
class Php(Generic[D]):
    """PHP at one site."""

    carrier: Carrier
    site: str
    command: Sequence[str]
    """What reads a program from standard input."""
    language: Language[D]
    silence: float = 300
    processes: int = field(default=0, init=False)
    received: int = field(default=0, init=False)
    seconds: float = field(default=0, init=False)
    _silent: Silent | None = field(default=None, init=False)

    @property
    def place(self) -> str:
        """The site, and how its programs are run, for messages."""
        return f"{self.site} ({self.carrier.words})"

    def ask(self, task: str, request: Mapping[str, object]) -> Generator[D, None, None]:
        """The documents of one run, the hello first and the trailer last. Raises ReadError.

        Only with the trailer is the answer whole: what comes before it proves nothing. A site that
        has been silent once is not waited for again: it raises the same error at once.
        """
        if self._silent:
            raise self._silent
        nonce = secrets.token_hex(8)
        text = self.language.program(task, json.dumps(request), nonce)
        noise: deque[str] = deque(maxlen=NOISE)
        started = time.monotonic()
        self.processes += 1
        try:
            with closing(self._documents(text, nonce.encode(), noise)) as documents:
                yield from self._whole(documents, noise)
        except Ended as error:
            mapped = self.language.errors.from_end(error, self.place, noise)
            for line in error.said:
                # A traceback, which is what --debug shows, has all of them.
                mapped.add_note(line)
            raise mapped from error
        except Silent as error:
            self._silent = error
            raise
        finally:
            self.seconds += time.monotonic() - started

    def _documents(self, text: bytes, nonce: bytes, noise: deque[str]) -> Generator[D, None, None]:
        with closing(self.carrier.run(self.command, text, silence=self.silence)) as lines:
            for line in lines:
                self.received += len(line)
                ours, _, document = line.partition(b" ")
                if ours != nonce:
                    if said := discreet(line.decode(errors="replace").strip()):
                        noise.append(said)
                    continue
                if not line.endswith(b"\n"):
                    # A cut line is the last, and no trailer follows.
                    return
                try:
                    yield self.language.documents.validate_json(document)
                except ValidationError as error:
                    raise errors.not_as_known(self.language.name, self.place, document) from error

    def _whole(self, documents: Iterator[D], noise: deque[str]) -> Iterator[D]:
        greeted = ended = False
        for document in documents:
            if isinstance(document, Refused):
                raise self.language.errors.from_refusal(document, self.place)
            if isinstance(document, Stopped):
                told = document.model_copy(update={"message": discreet(document.message)})
                raise self.language.errors.from_stop(told, self.place, noise)
            if ended or isinstance(document, Hello) is greeted:
                raise self.unexpected(document)
            greeted = True
            ended = isinstance(document, Trailer)
            yield document
        if not ended:
            raise errors.cut(self.language.name, self.place, noise)

    def unexpected(self, document: Model) -> ReadError:
        """A document that is known, and does not belong here."""
        kind = str(getattr(document, "kind", "")).encode()
        return errors.not_as_known(self.language.name, self.place, kind)

    def compare(self, trailer: Trailer, said: Mapping[str, int]) -> None:
        """Hold what came against what was counted. Raises IncompleteRead."""
        for what, number in said.items():
            if trailer.counts.get(what) != number:
                raise self.miscounted(what, number, trailer.counts.get(what))

    def miscounted(self, what: str, said: int, counted: int | None) -> ReadError:
        """Other rows came than were counted."""
        return errors.miscounted(self.language.name, self.place, what, said, counted)

    def usage(self) -> Usage:
        """What this has been asked so far."""
        return Usage(self.processes, self.received)

    def traffic(self) -> str:
        """What this has cost so far, in a line."""
        return (
            f"{self.site}: {self.processes} PHP processes, {self.received} bytes read,"
            f" {self.seconds:.1f} s"
        )
