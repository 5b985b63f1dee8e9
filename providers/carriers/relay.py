"""What a carrier makes of another's run."""

from collections.abc import Callable, Generator
from contextlib import closing
from typing import Protocol

from providers.carriers.errors import Ended, Silent
from reconciler.errors import ReadError


class Explain(Protocol):
    """Tells a failure of the carrier from the end of the program that it carried."""

    def __call__(self, error: Ended, *, begun: bool) -> ReadError | None:
        """The carrier's error; None when the program has ended by itself.

        ``begun`` says whether a line had come: then the program was started.
        """
        ...


def relayed(
    run: Callable[[], Generator[bytes, None, None]], where: str, explain: Explain
) -> Generator[bytes, None, None]:
    """The lines of an inner carrier's run, its errors in the outer carrier's words.

    ``where`` names what was asked to run: the inner carrier knows ``ssh`` or ``sudo`` only.
    """
    begun = False
    try:
        with closing(run()) as lines:
            for line in lines:
                begun = True
                yield line
    except Ended as error:
        said = explain(error, begun=begun)
        raise said or Ended(where, error.code, error.said) from error
    except Silent as error:
        raise Silent(where, error.seconds) from error
