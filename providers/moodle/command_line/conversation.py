"""One run of the PHP program: what it says, told from what else PHP prints."""

import json
import secrets
import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from pydantic import ValidationError

from providers.carriers.carrier import Carrier
from providers.carriers.errors import Ended
from providers.moodle.command_line import errors
from providers.moodle.command_line.documents import (
    DOCUMENT,
    Hello,
    Refused,
    Said,
    Stopped,
    Trailer,
)
from providers.moodle.command_line.program import Task, program

NOISE = 20
"""Lines of others that are kept, for messages."""


@dataclass
class Php:
    """PHP at one site."""

    carrier: Carrier
    site: str
    executable: str = "php"
    silence: float = 300
    any_owner: bool = False
    processes: int = field(default=0, init=False)
    received: int = field(default=0, init=False)
    seconds: float = field(default=0, init=False)

    def ask(self, task: Task, request: Mapping[str, object]) -> Generator[Said, None, None]:
        """The documents of one run, the hello first and the trailer last. Raises ReadError.

        Only with the trailer is the answer whole: what comes before it proves nothing.
        """
        nonce = secrets.token_hex(8)
        text = program(task, json.dumps(request), nonce, any_owner=self.any_owner)
        noise: deque[str] = deque(maxlen=NOISE)
        started = time.monotonic()
        self.processes += 1
        try:
            with closing(self._documents(text, nonce.encode(), noise)) as documents:
                yield from self._whole(documents, noise)
        except Ended as error:
            raise errors.from_end(error, self.site, noise) from error
        finally:
            self.seconds += time.monotonic() - started

    def _documents(
        self, text: bytes, nonce: bytes, noise: deque[str]
    ) -> Generator[Said | Refused | Stopped, None, None]:
        with closing(self.carrier.run([self.executable], text, silence=self.silence)) as lines:
            for line in lines:
                self.received += len(line)
                ours, _, document = line.partition(b" ")
                if ours != nonce:
                    if said := line.decode(errors="replace").strip():
                        noise.append(said)
                    continue
                if not line.endswith(b"\n"):
                    # A cut line is the last, and no trailer follows.
                    return
                try:
                    yield DOCUMENT.validate_json(document)
                except ValidationError as error:
                    raise errors.not_as_known(self.site, document) from error

    def _whole(
        self, documents: Iterator[Said | Refused | Stopped], noise: deque[str]
    ) -> Iterator[Said]:
        greeted = ended = False
        for document in documents:
            if isinstance(document, Refused):
                raise errors.from_refusal(document, self.site)
            if isinstance(document, Stopped):
                raise errors.from_stop(document, self.site, noise)
            if ended or isinstance(document, Hello) is greeted:
                raise errors.not_as_known(self.site, document.kind.encode())
            greeted = True
            ended = isinstance(document, Trailer)
            yield document
        if not ended:
            raise errors.cut(self.site, noise)

    def traffic(self) -> str:
        """What this has cost so far, in a line."""
        return (
            f"{self.site}: {self.processes} PHP processes, {self.received} bytes read,"
            f" {self.seconds:.1f} s"
        )
