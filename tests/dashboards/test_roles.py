"""Who has which role: by the provider's groups where a log-in is configured, and what a role may see."""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.access.login import LONGEST, NEEDED, VARIABLE, Rules, is_stale, login_file, read_rules
from dashboards.access.roles import ROLES, role_of, visible
from pipelines.errors import RefusedInput

AUTH = "[auth]\n" + "".join(f'{name} = "x"\n' for name in NEEDED)
GROUPS = (
    '[roles]\nclaim = "groups"\nprotection = ["safety"]\nanalyst = ["desk", "county"]\nengineer = ["it"]\n'
)


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "login.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["desk"]}, "analyst"),
        ({"groups": "county"}, "analyst"),
        ({"groups": ["it", "guests"]}, "engineer"),
        ({"groups": ["desk", "safety"]}, "protection"),
        ({"groups": ["guests"]}, None),
        ({"groups": []}, None),
        ({"groups": None}, None),
        ({"role": "protection", "name": "safety"}, None),
        ({}, None),
    ],
)
def test_the_first_role_of_the_file_that_one_of_the_groups_has_decides(
    tmp_path: Path, claims: dict, role: str | None
) -> None:
    assert read_rules(written(tmp_path, AUTH + GROUPS)).role(claims) == role


@given(st.sets(st.text(min_size=1)), st.sets(st.text(min_size=1)))
def test_nobody_without_a_named_group_has_a_role(named: set[str], groups: set[str]) -> None:
    rules = Rules("groups", (("analyst", frozenset(named)),))
    assert (rules.role({"groups": list(groups)}) is not None) == bool(named & groups)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GROUPS, "lacks auth.redirect_uri"),
        (AUTH, "lacks roles.claim, roles.analyst"),
        (AUTH + '[roles]\nclaim = "groups"\nmayor = ["a"]\n', "no role 'mayor'"),
        ("[auth", "is no TOML"),
    ],
)
def test_an_incomplete_log_in_file_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RefusedInput, match=message):
        read_rules(written(tmp_path, text))


def test_a_log_in_file_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedInput, match="chmod 600"):
        read_rules(written(tmp_path, AUTH + GROUPS, mode=0o644))


def test_a_log_in_that_is_asked_for_and_not_there_does_not_open_the_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone.toml"))
    with pytest.raises(RefusedInput, match="no log-in file"):
        login_file()


@pytest.mark.parametrize(
    ("ago", "stale"), [(timedelta(hours=1), False), (LONGEST + timedelta(minutes=1), True)]
)
def test_a_log_in_ends_after_a_working_day(ago: timedelta, stale: bool) -> None:
    now = datetime(2025, 12, 29, 20)
    assert is_stale({"iat": (now - ago).timestamp()}, now) == stale
    assert is_stale({}, now)


def test_only_protection_sees_disputes_with_domestic_violence_indicated() -> None:
    rows = pl.DataFrame({"dispute_id": ["A1", "B2"], "is_domestic": [True, False]})
    seen = {role: rows.filter(visible(role))["dispute_id"].to_list() for role in ROLES}
    assert seen == {"analyst": ["B2"], "protection": ["A1", "B2"], "engineer": ["B2"]}


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(RefusedInput, match="no role 'mayor'"):
        role_of("mayor")
