"""The JSON Schema of definitions, by which editors complete and check them while they are written."""

from __future__ import annotations

import json
from typing import Any

from playbooks.types import Playbook

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema as a value."""
    return {"$schema": DIALECT} | Playbook.model_json_schema(by_alias=True)


def schema_text() -> str:
    """The schema as a file has it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
