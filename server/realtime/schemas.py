"""JSON Schema in few words, for the document of the live wire."""

from typing import Any

from ..domain.fields import ID_PATTERN

Schema = dict[str, Any]

ID: Schema = {"type": "string", "pattern": f"^{ID_PATTERN.pattern}$"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def array(items: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": items}


def record(properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """An object with these fields; further ones may come with later versions."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}
