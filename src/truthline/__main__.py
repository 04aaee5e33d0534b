"""`python -m truthline`, and the command `truthline`."""

import gc
import os
import sys


def _forget_the_working_directory() -> None:
    """Take off the path what `-m` puts first: nothing of the target may be imported in place of a library.

    It stays where truthline itself lies there.
    """
    first = sys.path[0] if sys.path else None
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120  # before any other import
    if first in ("", os.getcwd()) and own != os.getcwd():  # noqa: PTH109
        del sys.path[0]


if __name__ == "__main__":
    _forget_the_working_directory()

from contextlib import suppress  # noqa: E402
from typing import NoReturn  # noqa: E402

from truthline.cli import main  # noqa: E402


def run() -> NoReturn:
    """Run the command line, and end the process.

    Its memory is not taken apart first: of a large code base that takes a second, and nothing in it needs a farewell.
    """
    gc.disable()
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
