"""Data that lie beside the checkout, in `../shared/data`, and are no part of it; tests skip where they are absent."""

import os
from pathlib import Path

import pytest

from pipelines.home import REPO

VARIABLE = "FENGQIAO_SHARED_DATA"


def shared_data() -> Path:
    """The folder that may be there: the one `$FENGQIAO_SHARED_DATA` names, else `../shared/data`."""
    return Path(os.environ.get(VARIABLE) or REPO.parent / "shared" / "data")


def needs_shared(*parts: str) -> pytest.MarkDecorator:
    """Skip a test, saying so, where `shared_data()` holds no such folder or file."""
    place = shared_data().joinpath(*parts)
    return pytest.mark.skipif(
        not place.exists(), reason=f"../{'/'.join(('shared', 'data', *parts))} is not here"
    )


def shared_cases(folder: str) -> list[object]:
    """Folders of `folder`, one parameter each, named like them; one skipped parameter where there are none.

    @pytest.mark.parametrize("case", shared_cases("field_cases"))
    def test_case_is_right_held_or_refused(case: Path, tmp_path: Path) -> None: ...
    """
    folders = sorted(path for path in shared_data().joinpath(folder).glob("*") if path.is_dir())
    if not folders:
        absent = pytest.mark.skip(reason=f"{folder} of ../shared/data is not here")
        return [pytest.param(None, marks=absent, id="absent")]
    return [pytest.param(path, id=path.name) for path in folders]
