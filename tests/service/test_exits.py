"""Exit codes are what scripts rely on."""

import pytest

from records import errors
from service.exits import ExitCode, exit_code

EXPECTED = {
    errors.TopTermsError: 1,
    errors.LakeError: 1,
    errors.EngineError: 1,
    errors.ClusterError: 1,
    errors.ConfigurationError: 2,
    errors.InputError: 2,
    errors.QueryError: 2,
    errors.UnknownEntityError: 3,
    errors.NoSnapshotError: 3,
    errors.StoppedError: 130,
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_an_error_ends_with_its_documented_code(kind: type[errors.TopTermsError]) -> None:
    assert exit_code(kind("")) == EXPECTED[kind]


def test_every_error_of_the_project_has_a_code_that_somebody_chose() -> None:
    known = {e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.TopTermsError)}
    assert known == set(EXPECTED)


def test_the_codes_are_those_of_the_documentation() -> None:
    assert [(code.name, code.value) for code in ExitCode] == [
        ("OK", 0),
        ("FAILURE", 1),
        ("USAGE", 2),
        ("NOT_FOUND", 3),
        ("STOPPED", 130),
    ]
