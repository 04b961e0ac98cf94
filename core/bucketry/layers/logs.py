"""Events as records of the standard library's logging."""

from __future__ import annotations

import logging

from attrs import asdict

from bucketry.layers.watching import Event, Watching


class LoggingLayer(Watching):
    """Logs each operation: what an application may well expect at INFO, other errors at WARNING.

    A record's message is one line; its fields are attributes of the record, with ``bucketry_`` in
    front, so that a formatter for JSON, structlog's among them, finds them.
    """

    def __init__(self, logger: str = "bucketry.operations", *, keys: bool = False) -> None:
        """Log to `logger`; `keys` logs keys, too."""
        super().__init__(self._log, keys=keys)
        self._logger = logging.getLogger(logger)

    def _log(self, event: Event) -> None:
        level = logging.INFO if event.expected else logging.WARNING
        if not self._logger.isEnabledFor(level):
            return
        self._logger.log(
            level,
            "%s on %s: %s in %.3f s, %d bytes, %d attempts%s",
            event.operation if event.key is None else f"{event.operation} of {event.key!r}",
            event.provider,
            event.outcome,
            event.seconds,
            event.bytes,
            event.attempts,
            f"; {', '.join(event.quirks)}" if event.quirks else "",
            extra={f"bucketry_{name}": value for name, value in asdict(event).items()},
        )
