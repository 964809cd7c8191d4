"""Which layers of a file are taken, and as what."""

from __future__ import annotations

from collections.abc import Sequence

from gis_planner.errors import InputError, UnclearInputError
from gis_planner.io.options import ReadOptions
from gis_planner.io.raw import RawLayer
from gis_planner.io.read_dxf import merge_layers
from gis_planner.io.recognise import recognise, shapes_of
from gis_planner.messages import Message
from gis_planner.model.layers import LAYER_NAMES

_SHOWN = 20

# The layers of a file that are taken, each with the layer it becomes; and the names of those that are not.
Chosen = tuple[list[tuple[RawLayer, str]], list[str]]


def choose_layers(raws: Sequence[RawLayer], options: ReadOptions, *, stem: str, file: str) -> Chosen:
    """Choose the layers of a file that are taken and what each becomes.

    Raises UnclearInputError when that cannot be told, InputError when there is nothing to take.
    """
    there = _named(raws, options.source_layer, file)
    there = [raw for raw in there if raw.rows]
    if not there:
        raise InputError(Message("import.nothing_there", file=file), Message("import.nothing_there_remedy"))
    if options.layer is not None:
        return _as_layer(there, options.layer, options.source_layer, stem, file)
    known = [(raw, recognise(raw, stem).layer) for raw in there]
    taken = [(raw, name) for raw, name in known if name is not None]
    if not taken:
        raise _unknown(there, stem, file)
    taken = _merged(taken)
    doubled = sorted({name for _, name in taken if sum(name == other for _, other in taken) > 1})
    if doubled:
        names = [raw.source_layer for raw, name in taken if name in doubled]
        raise UnclearInputError(
            Message(
                "import.layers_doubled",
                file=file,
                layer=Message(f"layers.{doubled[0]}"),
                names=names[:_SHOWN],
            ),
            Message("import.layers_doubled_remedy"),
        )
    return taken, [raw.source_layer for raw, name in known if name is None]


def _named(raws: Sequence[RawLayer], source_layer: str | None, file: str) -> list[RawLayer]:
    if source_layer is None:
        return list(raws)
    found = [raw for raw in raws if raw.source_layer == source_layer]
    if not found:
        names = [raw.source_layer for raw in raws][:_SHOWN]
        raise UnclearInputError(
            Message("import.no_source_layer", file=file, name=source_layer),
            Message("import.no_source_layer_remedy", names=names),
        )
    return found


def _as_layer(raws: list[RawLayer], layer: str, source_layer: str | None, stem: str, file: str) -> Chosen:
    """Take what a person calls a layer: the one there is, or the one that looks like it."""
    if raws[0].driver == "OSM":
        found = [raw for raw in raws if raw.layer == layer]
        if not found:
            raise InputError(
                Message("import.osm.absent", file=file, layer=Message(f"layers.{layer}")),
                Message("import.osm.absent_remedy", names=[Message(f"layers.{raw.layer}") for raw in raws]),
            )
        return [(found[0], layer)], []
    if len(raws) == 1:
        return [(raws[0], layer)], []
    alike = [raw for raw in raws if recognise(raw, stem).layer == layer]
    if alike and raws[0].driver == "DXF":
        return [(merge_layers(alike), layer)], [raw.source_layer for raw in raws if raw not in alike]
    if len(alike) == 1:
        return [(alike[0], layer)], [raw.source_layer for raw in raws if raw is not alike[0]]
    raise UnclearInputError(
        Message("import.which_source_layer", file=file, layer=Message(f"layers.{layer}")),
        Message("import.which_source_layer_remedy", names=[raw.source_layer for raw in raws][:_SHOWN]),
    )


def _merged(taken: list[tuple[RawLayer, str]]) -> list[tuple[RawLayer, str]]:
    """Make one of the layers of a drawing that become the same."""
    if not taken or taken[0][0].driver != "DXF":
        return taken
    names = dict.fromkeys(name for _, name in taken)
    return [(merge_layers([raw for raw, other in taken if other == name]), name) for name in names]


def _unknown(raws: Sequence[RawLayer], stem: str, file: str) -> UnclearInputError:
    if len(raws) == 1:
        return UnclearInputError(
            Message("import.which_layer", file=file, reason=recognise(raws[0], stem).reason),
            Message("import.which_layer_remedy", known=LAYER_NAMES),
        )
    names = [
        Message(
            "import.source_layer_of",
            name=raw.source_layer,
            rows=raw.rows,
            shapes=Message(f"import.shapes.{shapes_of(raw)}"),
        )
        for raw in raws
    ]
    return UnclearInputError(
        Message("import.which_layers", file=file, names=names[:_SHOWN]),
        Message("import.which_layers_remedy", known=LAYER_NAMES),
    )
