"""The XML of S3's answers, and reading the XML of its requests."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from bucketry_s3.testing.errors import S3Error

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

_unfit = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def text(name: str, value: object) -> str:
    """Return one element with text, escaped; nothing at all for None.

    What XML has no place for becomes U+FFFD, as in Go's servers.
    """
    if value is None:
        return ""
    return f"<{name}>{escape(_unfit.sub(chr(0xFFFD), str(value)))}</{name}>"


def element(name: str, *children: str) -> str:
    """Return an element around children that are XML already."""
    return f"<{name}>{''.join(children)}</{name}>"


def document(name: str, *children: str) -> bytes:
    """Return a whole answer in S3's namespace."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{name} xmlns="{NAMESPACE}">{"".join(children)}</{name}>'
    ).encode()


class Node:
    """An element of a request, read by local name: clients send it with or without namespace."""

    def __init__(self, inner: ElementTree.Element) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """The local name."""
        return self._inner.tag.rpartition("}")[2]

    def children(self, name: str) -> list[Node]:
        """Return the child elements of that name, in order."""
        return [node for node in map(Node, self._inner) if node.name == name]

    def value(self, name: str) -> str | None:
        """Return the text of the first child of that name, None without one."""
        found = self.children(name)
        return (found[0]._inner.text or "") if found else None

    def values(self, name: str) -> list[str]:
        """Return the texts of all children of that name."""
        return [node._inner.text or "" for node in self.children(name)]

    def pairs(self) -> list[tuple[str, str]]:
        """Return local name and text of each child."""
        return [(node.name, node._inner.text or "") for node in map(Node, self._inner)]


def parse(body: bytes, root: str) -> Node:
    """Read a request body whose root element must be `root`, else ``MalformedXML``."""
    try:
        # The only sender is the test itself, over loopback.
        node = Node(ElementTree.fromstring(body))  # noqa: S314
    except ElementTree.ParseError:
        raise malformed_xml() from None
    if node.name != root:
        raise malformed_xml()
    return node


def malformed_xml() -> S3Error:
    """Return the error for a body that S3's schema does not allow."""
    return S3Error(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
