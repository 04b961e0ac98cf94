"""What can go wrong, by what the caller can do about it.

::

    BucketryError
    ├── ConfigError            the configuration is wrong: every problem at once
    ├── PluginError            a plugin breaks the contract; says whom to tell
    ├── InvalidInput           refused before anything was sent; a ValueError, too
    │   ├── InvalidKey
    │   ├── InvalidHeader
    │   ├── InvalidExpiry
    │   └── InvalidSource
    ├── ManyFailed             some of many objects failed: a group of their errors
    └── StorageError           the vendor was asked, or would have been
        ├── NotFound           no such object; a FileNotFoundError, too
        ├── BucketNotFound     no such bucket
        ├── AlreadyExists      prevent_overwrite found an object there; a FileExistsError, too
        ├── PreconditionFailed the object is not the version you named
        ├── Archived           the object has to be restored before it is read
        ├── AccessDenied       the credentials are good but may not do this; a PermissionError, too
        ├── BadCredentials     unknown key, wrong secret, expired token
        ├── ClockSkew          this machine's clock is too far off
        ├── WrongRegion        the bucket lives in another region
        ├── Unsupported        this vendor has no such feature
        ├── RateLimited        slow down, then retry
        ├── Unavailable        network or server trouble, retry
        ├── IntegrityError     bytes or checksum differ from what was sent or stored
        ├── SourceChanged      the file changed while it was being read
        ├── Rejected           refused for a reason not listed above
        └── Unconfirmed        it may or may not have happened; says what to look at

Who writes ``except OSError`` around calls of the system catches three of them; let none of ours
be translated a second time.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import attrs

_SIGNED_PARAMETER = re.compile(
    r"(?i)((?:Signature|Credential|X-Amz-Security-Token|AWSAccessKeyId|sig)=)[^&\s\"'<>]+"
)


def redact(text: str) -> str:
    """Return `text` with the signature parameters of every URL in it replaced by ``***``."""
    return _SIGNED_PARAMETER.sub(r"\1***", text)


DOCS = "https://bucketry.example/docs"
"""Address of the documentation."""


class BucketryError(Exception):
    """Base of every error that bucketry raises on purpose.

    Tracebacks show, as a note below its message, where the documentation says more. The text of an
    error is its message alone.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.add_note(self._see)

    @property
    def _see(self) -> str:
        return f"See {self.docs}"

    @property
    def docs(self) -> str:
        """Address of what the documentation says of this kind of error."""
        own = next(kind for kind in type(self).__mro__ if kind.__module__ == __name__)
        return f"{DOCS}/errors.md#{own.__name__.lower()}"


@attrs.frozen(kw_only=True)
class Problem:
    """One fault of a configuration.

    `path` is the dotted path of the setting (``providers.media.bucket``), `sentence` says what is
    wrong and what to write instead, never with a value from the file. `file`, `line` and `column`
    (both counted from 1) are None where the configuration did not come from a file.
    """

    path: str
    sentence: str
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return ": ".join(part for part in (place, self.path, self.sentence) if part)


class ConfigError(BucketryError):
    """The configuration cannot be used; `problems` lists every fault, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.problems,))


class PluginError(BucketryError):
    """A plugin breaks the contract or cannot be loaded; `plugin` names it, with distribution."""

    def __init__(self, plugin: str, reason: str) -> None:
        self.plugin = plugin
        self.reason = reason
        super().__init__(f"{plugin}: {reason}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.plugin, self.reason))


class UnsupportedOptionWarning(UserWarning):
    """An option was left out because the vendor has no such feature."""


class ManyFailed(BucketryError, ExceptionGroup[Exception]):
    """Some of many objects failed: a group of their errors, at most `MOST` of them."""

    MOST: ClassVar[int] = 100

    def __init__(self, message: str, errors: Sequence[Exception], /) -> None:
        super().__init__(message, errors)
        told: set[str] = set()
        for error in errors:
            if isinstance(error, BucketryError):
                if error._see in told and error._see in getattr(error, "__notes__", ()):
                    error.__notes__.remove(error._see)  # one address a kind is enough
                told.add(error._see)

    def derive(self, errors: Sequence[Exception], /) -> ManyFailed:  # type: ignore[override]
        """Return a part of the group, for ``except*`` and `split`."""
        return ManyFailed(self.message, errors)


class InvalidInput(BucketryError, ValueError):
    """An argument was refused before anything was sent."""


class InvalidKey(InvalidInput):
    """A key that S3 or a client in between could read in two ways, or cannot store."""


class InvalidHeader(InvalidInput):
    """A header value that could break out of its header or cannot be sent."""


class InvalidExpiry(InvalidInput):
    """A signed URL's lifetime outside what the vendor's signatures allow."""


class InvalidSource(InvalidInput):
    """Something that cannot be uploaded: text, a directory, an unreadable file."""


class StorageError(BucketryError):
    """An operation on the storage failed.

    Attributes:
        provider: name of the configured provider (``media``), with its vendor in `vendor`.
        operation: what was attempted, as a verb: ``upload``, ``delete`` ...
        key: the key it was attempted on, or None.
        reason: why it failed, in words; the vendor's own message where there is one.
        hint: what to change at this vendor, or "".
        code, status, request_id: the vendor's error code, HTTP status and request id, or None.
        may_have_applied: True when the operation may have taken effect all the same.
        retryable: whether the same call may succeed later without changing anything.
    """

    retryable: ClassVar[bool] = False
    _number: ClassVar[int | None] = None

    def __init__(
        self,
        reason: str,
        *,
        provider: str = "",
        vendor: str = "",
        operation: str = "",
        key: str | None = None,
        hint: str = "",
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        may_have_applied: bool = False,
    ) -> None:
        self.reason = redact(reason)
        self.provider = provider
        self.vendor = vendor
        self.operation = operation
        self.key = key
        self.hint = redact(hint)
        self.code = code
        self.status = status
        self.request_id = request_id
        self.may_have_applied = may_have_applied
        super().__init__(self._sentence())
        self._as_os_error()

    def _as_os_error(self) -> None:
        """Fill in what code written for files looks at, where this is an `OSError`, too."""
        if self._number is not None:
            file: Any = self
            file.errno, file.strerror, file.filename = self._number, self.reason, self.key

    def _sentence(self) -> str:
        who = self.vendor
        if self.provider:
            who = f'{who} "{self.provider}"' if who else f'"{self.provider}"'
        what = self.operation or "operation"
        if self.key is not None:
            what = f"{what} of {self.key!r}"
        facts = [type(self).__name__]
        if self.code and self.code != facts[0]:
            facts.append(self.code)
        if self.status:
            facts.append(f"HTTP {self.status}")
        if self.request_id:
            facts.append(f"request id {self.request_id}")
        sentence = f"{what} failed: {self.reason.rstrip('.')} ({', '.join(facts)})."
        if who:
            sentence = f"{who}: {sentence}"
        if self.hint:
            sentence += f" {self.hint}"
        if self.may_have_applied:
            sentence += " It may have taken effect."
        if self.retryable:
            sentence += " Retrying may help."
        return sentence

    def __str__(self) -> str:
        # Those that are an OSError, too, would write their number and file name instead.
        return str(self.args[0])

    def evolve(self, **changes: Any) -> StorageError:
        """Return the same error with some of its fields replaced, cause and traceback kept."""
        unknown = changes.keys() - vars(self).keys()
        if unknown:
            raise TypeError(f"a {type(self).__name__} has no {', '.join(sorted(unknown))}")
        twin = _rebuild(type(self), {**vars(self), **changes})
        twin.__cause__ = self.__cause__
        return twin.with_traceback(self.__traceback__)

    def __reduce__(self) -> tuple[Callable[..., StorageError], tuple[Any, ...]]:
        # The cause stays behind: an SDK's exception may hold a request with its signature.
        return (_rebuild, (type(self), vars(self)))


def _rebuild(cls: type[StorageError], fields: dict[str, Any]) -> StorageError:
    """Make an error of its fields, past its constructor: a plugin's own may take others."""
    error = cls.__new__(cls)
    vars(error).update(fields)
    error.reason, error.hint = redact(error.reason), redact(error.hint)
    error.args = (error._sentence(),)
    error._as_os_error()
    return error


class NotFound(StorageError, FileNotFoundError):
    """There is no object under this key."""

    _number = errno.ENOENT


class BucketNotFound(StorageError):
    """There is no such bucket, or it belongs to another endpoint or account."""


class AlreadyExists(StorageError, FileExistsError):
    """`prevent_overwrite` is on and an object has this key already; it was not touched."""

    _number = errno.EEXIST


class PreconditionFailed(StorageError):
    """The object is not, or no longer, the version that was named."""


class Archived(StorageError):
    """The object lies in an archive and has to be brought back first: `restore`."""


class AccessDenied(StorageError, PermissionError):
    """The credentials are valid but may not do this."""

    _number = errno.EACCES


class BadCredentials(StorageError):
    """The access key is unknown, the secret is wrong, or a session token has expired."""


class ClockSkew(StorageError):
    """This machine's clock differs too much from the server's for a signature to count."""


class WrongRegion(StorageError):
    """The bucket lives in another region or behind another endpoint."""


class Unsupported(StorageError):
    """The vendor has no such feature."""


class RateLimited(StorageError):
    """The vendor asks for fewer requests."""

    retryable: ClassVar[bool] = True


class Unavailable(StorageError):
    """The vendor could not be reached or failed on its side, until the deadline."""

    retryable: ClassVar[bool] = True


class IntegrityError(StorageError):
    """The bytes that arrived are not the bytes that were sent or stored; nothing was kept."""


class SourceChanged(StorageError):
    """The source changed, or ended early, while it was uploaded; nothing was published."""


class Rejected(StorageError):
    """The vendor refused the request for a reason that has no type of its own."""


class Unconfirmed(StorageError):
    """The answer was lost and the outcome could not be looked up; it says where to look."""

    retryable: ClassVar[bool] = True
