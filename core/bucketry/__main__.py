"""``python -m bucketry`` is the same as the command ``bucketry``."""

import sys

from bucketry.cli import main

sys.exit(main())
