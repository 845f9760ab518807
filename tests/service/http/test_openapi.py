"""The OpenAPI is true: whatever it allows is answered as it says, and never with a server's error."""

from collections.abc import Iterator

import httpx
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, openapi
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
EXAMPLES = 10


def test_every_answer_is_documented_and_none_is_an_error_of_the_server(web: httpx.Client) -> None:
    operations = [found.ok() for found in openapi.from_url(f"{web.base_url}/v1/openapi.json").get_all_operations()]
    assert operations
    failures = [failure for operation in operations for failure in _failures(operation)]
    assert failures == []


def _failures(operation: APIOperation) -> Iterator[str]:
    @given(operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
    )
    def ask(case: Case) -> None:
        case.call_and_validate(checks=CHECKS)

    try:
        ask()
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{operation.label}: {failure}"


def test_every_question_says_what_it_is_for(web: httpx.Client) -> None:
    paths = web.get("/v1/openapi.json").json()["paths"]
    silent = [path for path, methods in paths.items() for op in methods.values() if not op.get("description")]
    assert paths
    assert silent == []
