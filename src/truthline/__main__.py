"""`python -m truthline`."""

import sys

from truthline.cli import main

if __name__ == "__main__":
    sys.exit(main())
