"""``python -m providers.sandbox.ddev ARGS`` is ``ddev ARGS``."""

import sys

from providers.sandbox.ddev.program import main

sys.exit(main(sys.argv[1:]))
