"""The OpenAPI is true: whatever it allows is answered as it says, and never with a server's error."""

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 6
KNOWN = {
    "a": "Slowdive",
    "b": "Ride",
    "collection": "artists",
    "description": "dreamy",
    "entity_id": "artist:slowdive",
    "id": "artist:slowdive",
    "like": ["Slowdive"],
    "mix": [],
    "name": "Slowdive",
    "number": 0,
    "term": "hazy",
    "unlike": [],
}
"""Of the sample blog."""
APIS = ["/v1/openapi.json", "/api/v4/openapi.json"]


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("api", APIS)
def test_every_answer_is_documented_and_none_is_an_error_of_the_server(
    web: httpx.Client, api: str, mode: GenerationMode
) -> None:
    """Asked what the OpenAPI allows, and what it does not."""
    operations = [found.ok() for found in openapi.from_url(f"{web.base_url}{api}").get_all_operations()]
    assert operations
    assert [failure for operation in operations for failure in _failures(operation, mode)] == []


def _failures(operation: APIOperation, mode: GenerationMode) -> Iterator[str]:
    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
    )
    def ask(case: Case) -> None:
        case.call_and_validate(checks=CHECKS)
        if mode is GenerationMode.POSITIVE:
            _name_somebody(case)
            case.call_and_validate(checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        return  # an operation without parameters cannot be asked wrongly
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{operation.label}: {failure}"


def _name_somebody(case: Case) -> None:
    """Put names that the sample blog knows in the place of drawn ones, so that there is an answer to look at."""
    known = dict(KNOWN)
    if "/song/" in case.path:
        known["id"] = ["song:slowdive/alison"]
    if "/genre/" in case.path:
        known["name"] = "shoegaze"
    case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
    names = {parameter.name for parameter in case.operation.query}
    case.query = {**(case.query or {}), **{name: value for name, value in known.items() if name in names}}


@pytest.mark.parametrize("api", APIS)
def test_every_question_says_what_it_is_for(web: httpx.Client, api: str) -> None:
    paths = web.get(api).json()["paths"]
    silent = [path for path, methods in paths.items() for op in methods.values() if not op.get("description")]
    assert paths
    assert silent == []
