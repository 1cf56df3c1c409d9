"""`python -m viewer` is the same program as `pushin`."""
import sys

from .cli import main

sys.exit(main())
