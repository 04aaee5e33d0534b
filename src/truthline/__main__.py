"""`python -m truthline`, and the command `truthline`."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

from truthline.cli import main


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
