"""OpenStreetMap XML, element by element.

A stream parser that refuses document types, drops every tag that the mapping table does not name (among them all
that say who runs a place and how to reach them), and knows only nodes, ways and multipolygons.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from gis_planner.errors import InputError
from gis_planner.io.limits import damaged, too_many_rows
from gis_planner.messages import Message

MOST_ELEMENTS = 6_000_000

Tags = dict[str, str]


@dataclass(frozen=True)
class Way:
    """A line of nodes; closed when it ends where it began."""

    id: str
    nodes: tuple[str, ...]
    tags: Tags

    @property
    def closed(self) -> bool:
        """Tell whether the way is a ring."""
        return len(self.nodes) >= 4 and self.nodes[0] == self.nodes[-1]


@dataclass(frozen=True)
class Multipolygon:
    """An area of several ways: (way id, role)."""

    id: str
    members: tuple[tuple[str, str], ...]
    tags: Tags


@dataclass
class Elements:
    """What a file holds: places of nodes (longitude, latitude), tags of tagged nodes, ways, multipolygons, its date."""

    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[str, Tags] = field(default_factory=dict)
    ways: dict[str, Way] = field(default_factory=dict)
    areas: list[Multipolygon] = field(default_factory=list)
    date: str = ""


@dataclass
class _Open:
    kind: str
    attributes: dict[str, str]
    tags: Tags = field(default_factory=dict)
    nodes: list[str] = field(default_factory=list)
    members: list[tuple[str, str]] = field(default_factory=list)


def read_elements(chunks: Iterable[bytes], keys: frozenset[str], *, file: str) -> Elements:
    """Read the elements of an OSM file; only tags in `keys` are kept. Raises InputError for anything else than OSM."""
    reader = _Reader(keys, file)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged(file, Message("import.file.xml", line=error.lineno, column=error.offset)) from error
    except (LookupError, ValueError) as error:  # expat asks Python for the encoding that the file declares
        raise InputError(
            Message("import.file.xml_encoding", file=file), Message("import.file.xml_encoding_remedy")
        ) from error
    return reader.elements


class _Reader:
    """Takes what the parser meets and keeps what a plan can use."""

    def __init__(self, keys: frozenset[str], file: str) -> None:
        self.elements = Elements()
        self._keys = keys
        self._file = file
        self._open: _Open | None = None
        self._depth = 0
        self._count = 0

    def refuse(self, *_: Any) -> None:
        """Refuse a document type before it can define an entity."""
        raise InputError(
            Message("import.file.entities", file=self._file), Message("import.file.entities_remedy")
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        self._depth += 1
        if self._depth == 1:
            if name != "osm":
                raise InputError(
                    Message("import.osm.not_one", file=self._file, root=name),
                    Message("import.osm.not_one_remedy"),
                )
            self._date(attributes.get("osmosis_replication_timestamp") or attributes.get("timestamp"))
        elif self._depth == 2:
            self._date(attributes.get("timestamp") or attributes.get("osm_base"))
            if name in ("node", "way", "relation"):
                self._count += 1
                if self._count > MOST_ELEMENTS:
                    raise too_many_rows(self._file, MOST_ELEMENTS)
                self._open = _Open(name, attributes)
        elif self._depth == 3 and self._open is not None:
            self._inside(self._open, name, attributes)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self._depth -= 1
        if self._depth == 1 and self._open is not None:
            self._finish(self._open)
            self._open = None

    def _inside(self, element: _Open, name: str, attributes: dict[str, str]) -> None:
        if name == "tag":
            key, value = attributes.get("k", ""), attributes.get("v", "").strip()
            if key in self._keys and value:
                element.tags[key] = value[:255]
        elif name == "nd" and "ref" in attributes:
            ref = attributes["ref"]
            element.nodes.append(ref)
            if "lat" in attributes:
                self._place(ref, attributes)
        elif name == "member" and attributes.get("type") == "way":
            element.members.append((attributes.get("ref", ""), attributes.get("role", "")))

    def _finish(self, element: _Open) -> None:
        attributes = element.attributes
        number = attributes.get("id", "")
        if not number or attributes.get("visible") == "false" or attributes.get("action") == "delete":
            return
        if element.kind == "node":
            self._place(number, attributes)
            if element.tags:
                self.elements.node_tags[number] = element.tags
        elif element.kind == "way":
            nodes = tuple(n for i, n in enumerate(element.nodes) if i == 0 or n != element.nodes[i - 1])
            self.elements.ways[number] = Way(number, nodes, element.tags)
        elif element.tags.get("type") == "multipolygon":
            self.elements.areas.append(Multipolygon(number, tuple(element.members), element.tags))

    def _place(self, number: str, attributes: dict[str, str]) -> None:
        try:
            lon, lat = float(attributes["lon"]), float(attributes["lat"])
        except (KeyError, ValueError):
            return
        if -180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0:
            self.elements.places[number] = (lon, lat)

    def _date(self, stamp: str | None) -> None:
        if stamp and len(stamp) >= 10 and stamp[4] == "-" and stamp[:10] > self.elements.date:
            self.elements.date = stamp[:10]
