from pathlib import Path

import pytest

from records.lake import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Give an empty lake."""
    return Lake(tmp_path / "lake", create=True)
