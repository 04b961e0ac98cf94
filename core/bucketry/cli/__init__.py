"""The command ``bucketry``: one module per family of commands, imported when it is used."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line and return its exit code; see docs/cli.md for what each means.

    It needs the ``cli`` extra and says so, with exit code 2, where that is not installed.
    """
    try:
        return _run()
    except KeyboardInterrupt:  # while the commands are being loaded; then they see to it
        print("error: interrupted", file=sys.stderr)
        return 130


def _run() -> int:
    try:
        import click  # noqa: F401
        import rich  # noqa: F401
    except ImportError:
        print(
            "bucketry: the command line needs click and rich; "
            "install them with: pip install 'bucketry[cli]'",
            file=sys.stderr,
        )
        return 2
    from bucketry.cli.app import root

    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started this
            # For writing, so that what is read from stdin is an error and no empty object.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - to the end
    code: int = root.main(standalone_mode=False)
    return code
