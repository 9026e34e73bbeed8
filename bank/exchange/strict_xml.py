"""XML from strangers: elements, attributes and text, and nothing that fetches.

A document type, an entity of its own, an external reference are refused before they
are read; XInclude is an element like any other and is never followed.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final, NoReturn
from xml.etree.ElementTree import (  # builds and writes; defusedxml reads
    Element,
    ParseError,
    indent,
    tostring,
)

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bank.exchange.errors import XmlRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES: Final = 2 * 1024**2
MAX_DEPTH: Final = 60
MAX_ELEMENTS: Final = 50_000
# What no XML may hold, not even as a reference.
_UNSAYABLE: Final = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def parse_xml(data: bytes, path: str) -> Element:
    """Return the root of an XML file; `path` is what errors call it.

    Raises: `XmlRefused`.
    """
    if len(data) > MAX_BYTES:
        _refuse(path, f"larger than {MAX_BYTES // 1024**2} MiB")
    try:
        return _root(data, path)
    except DefusedXmlException as error:
        message = f"{path}: a document type, an entity or an outside reference"
        raise XmlRefused(message) from error
    except ParseError as error:
        line = error.position[0]
        message = f"{path}:{line}: not XML: {error.msg}"
        raise XmlRefused(message) from error
    except (LookupError, ValueError) as error:
        message = f"{path}: an encoding that we do not read; save it as UTF-8"
        raise XmlRefused(message) from error


def _root(data: bytes, path: str) -> Element:
    """Return the first element, counting while the file is read."""
    root: Element | None = None
    depth = count = 0
    events = iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True)
    for event, element in events:
        if event == "end":
            depth -= 1
            continue
        depth += 1
        count += 1
        if depth > MAX_DEPTH:
            _refuse(path, f"nested deeper than {MAX_DEPTH}")
        if count > MAX_ELEMENTS:
            _refuse(path, f"more than {MAX_ELEMENTS} elements")
        if root is None:
            root = element
    if root is None:
        _refuse(path, "no element in it")
    return root


def xml_bytes(root: Element, *, layout: bool) -> bytes:
    """Return an XML file; `layout` indents it, where white space means nothing."""
    if layout:
        indent(root)
    text: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return text + b"\n"


def sayable(text: str) -> str:
    """Return the text without the characters that XML cannot hold."""
    return _UNSAYABLE.sub("", text)


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """Return an element's namespace, or an empty string."""
    tag = element.tag
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def within(element: Element, name: str) -> Iterator[Element]:
    """Yield the descendants of this local name, in the file's order."""
    return (found for found in element.iter() if local(found) == name)


def _refuse(path: str, reason: str) -> NoReturn:
    message = f"{path}: {reason}"
    raise XmlRefused(message)
