"""Who has which role: by the provider's groups where a log-in is configured, and what a role may see."""

from base64 import b64encode
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.access.ended_sessions import IDLE, ActiveSessions, EndedSessions
from dashboards.access.login import (
    LONGEST,
    NEEDED,
    REQUIRED,
    VARIABLE,
    Rules,
    is_random,
    is_stale,
    login_file,
    read_rules,
)
from dashboards.access.roles import ROLES, role_of, visible
from pipelines.errors import RefusedInput

VALUES = {
    "redirect_uri": "http://localhost:{port}/oauth2callback",
    "server_metadata_url": "https://id.example.org/.well-known/openid-configuration",
    "cookie_secret": "3f9a1c57e2b84d60a7c3159be8f2046dd1734e9c5ab08f62c4e97d1b30586afe",
}
AUTH = "[auth]\n" + "".join(f'{name} = "{VALUES.get(name, "x")}"\n' for name in NEEDED)
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


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        "a" * 64,
        "0123456789abcdef" * 4,
        "a long secret of this test alone",
        "11" * 32,
        "00" * 31,
        "x" * 80,
    ],
)
def test_a_weak_cookie_secret_does_not_open(tmp_path: Path, secret: str) -> None:
    weak = AUTH.replace(VALUES["cookie_secret"], secret)
    with pytest.raises(RefusedInput, match="cookie_secret"):
        read_rules(written(tmp_path, weak + GROUPS))


@given(st.randoms(use_true_random=True))
def test_thirty_two_random_bytes_are_a_secret(random: Random) -> None:
    assert is_random(random.randbytes(32).hex())
    assert is_random(b64encode(random.randbytes(32)).decode().rstrip("="))


@pytest.mark.parametrize(
    "roles",
    [
        'analyst = []', 'analyst = [""]', 'analyst = "desk"', 'analyst = [1]', 'analyst = ["desk", []]', "analyst = true",
        'analyst = {a = "desk"}', 'analyst = ["desk"]\noffice = ["x"]', 'analyst = ["desk"]\nclaim = 3', "",
    ],
)  # fmt: skip
def test_a_role_without_a_list_of_groups_does_not_open(tmp_path: Path, roles: str) -> None:
    claim = "" if "claim" in roles else 'claim = "groups"\n'
    with pytest.raises(RefusedInput, match="roles."):
        read_rules(written(tmp_path, f"{AUTH}[roles]\n{claim}{roles}\n"))


@pytest.mark.parametrize(
    "changed",
    [
        ("https://id.example.org/.well-known/openid-configuration", "http://id.example.org/x"),
        ("http://localhost:{port}/oauth2callback", "http://warn.example.org/oauth2callback"),
        ('client_id = "x"', 'client_id = " "'),
        ('client_id = "x"', 'client_id = "x"\nclient_kwargs = {verify = false}'),
        ('client_id = "x"', 'client_id = "x"\nclient_kwargs = {scope = "profile"}'),
        ('client_id = "x"', 'client_id = "x"\nclient_kwargs = {code_challenge_method = "plain"}'),
        ('client_id = "x"', 'client_id = "x"\nclient_kwargs = "verify"'),
        ("http://localhost:{port}", "https://user:word@localhost"),
        ("http://localhost:{port}", "https:///x"),
        ("https://id.example.org/", "https://id.example.org/?x="),
        ('client_id = "x"', "client_id = 3"),
        ('client_id = "x"', 'client_id = "x"\n[auth.second]\nclient_id = "y"'),
    ],
)
def test_settings_that_weaken_the_log_in_do_not_open(tmp_path: Path, changed: tuple[str, str]) -> None:
    assert changed[0] in AUTH
    with pytest.raises(RefusedInput):
        read_rules(written(tmp_path, AUTH.replace(*changed) + GROUPS))


@pytest.mark.parametrize(
    "kwargs", ['scope = "openid groups"', 'code_challenge_method = "S256", prompt = "login"']
)
def test_settings_of_the_client_that_weaken_nothing_open(tmp_path: Path, kwargs: str) -> None:
    text = AUTH.replace('client_id = "x"', f'client_id = "x"\nclient_kwargs = {{{kwargs}}}')
    assert read_rules(written(tmp_path, text + GROUPS))


@pytest.mark.parametrize(
    ("claims", "office"),
    [
        ({"sub": "7", "iss": "i", "groups": ["desk"], "department": "Qilin centre"}, "Qilin centre"),
        ({"sub": "7", "groups": ["county", "desk"]}, "county"),
        ({"sub": "7", "groups": ["desk"], "department": ["x"]}, "desk"),
        ({"groups": ["desk"]}, None),
        ({"sub": "", "groups": ["desk"]}, None),
        ({"sub": 7, "groups": ["desk"]}, None),
        ({"sub": "7", "groups": [1]}, None),
    ],
)
def test_the_office_is_the_providers(tmp_path: Path, claims: dict, office: str | None) -> None:
    text = GROUPS.replace("[roles]", '[roles]\noffice = "department"')
    reader = read_rules(written(tmp_path, AUTH + text)).reader(claims)
    assert (reader.office if reader else None) == office


def test_a_session_that_was_left_stays_over(tmp_path: Path) -> None:
    ended, now = EndedSessions(tmp_path / "ended.txt"), datetime(2026, 1, 5, 9)
    claims = {"iss": "i", "sub": "7", "iat": 5, "nonce": "n"}
    assert claims not in ended
    ended.end(claims, now)
    assert claims in ended
    assert claims | {"nonce": "m"} not in ended
    ended.end({"sub": "8"}, now + timedelta(hours=13))
    assert claims not in ended, "too old to open the door anyway"


def test_a_session_that_nobody_uses_ends(tmp_path: Path) -> None:
    active, now = ActiveSessions(), datetime(2026, 1, 5, 9)
    claims = {"iss": "i", "sub": "7", "iat": now.timestamp(), "nonce": "n"}
    minute = timedelta(minutes=1)
    assert not active.is_idle(claims, now + IDLE - minute)
    assert not active.is_idle(claims, now + 2 * IDLE - 2 * minute)
    assert active.is_idle(claims, now + 3 * IDLE)
    assert active.is_idle(claims, now + 3 * IDLE + minute), "idle once, idle for good"
    assert not active.is_idle(claims | {"nonce": "m", "iat": (now + 3 * IDLE).timestamp()}, now + 3 * IDLE)
    assert ActiveSessions().is_idle(claims, now + 2 * IDLE), (
        "a server begun since does not know it was active"
    )


OURS = {"iss": "https://id.example.org", "aud": "x", "sub": "7", "iat": 1767603600, "is_logged_in": True}


@pytest.mark.parametrize(
    ("changed", "is_accepted"),
    [
        ({}, True), ({"aud": ["x"]}, True),
        ({"aud": "y"}, False), ({"aud": ["x", "y"]}, False), ({"aud": []}, False), ({"aud": None}, False), ({"aud": "y", "azp": "x"}, False),
        ({"iss": "https://other.example.org"}, False), ({"iss": None}, False), ({"iss": "https://id.example.org/"}, False),
        ({"iat": 1767603600 - 13 * 3600}, False), ({"is_logged_in": False}, False), ({"is_logged_in": "yes"}, False),
    ],
)  # fmt: skip
def test_only_claims_of_this_provider_for_these_screens_are_accepted(
    tmp_path: Path, changed: dict, is_accepted: bool
) -> None:
    rules = read_rules(written(tmp_path, AUTH + GROUPS))
    assert rules.accepts(OURS | changed, datetime.fromtimestamp(1767603600 + 60)) == is_accepted


def test_a_log_in_file_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedInput, match="chmod 600"):
        read_rules(written(tmp_path, AUTH + GROUPS, mode=0o644))


def test_a_log_in_that_is_asked_for_and_not_there_does_not_open_the_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone.toml"))
    with pytest.raises(RefusedInput, match="no log-in file"):
        login_file()
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert login_file() is None
    monkeypatch.setenv(REQUIRED, "1")
    with pytest.raises(RefusedInput, match="no log-in file"):
        login_file()


@pytest.mark.parametrize(
    ("ago", "stale"), [(timedelta(hours=1), False), (LONGEST + timedelta(minutes=1), True)]
)
def test_a_log_in_ends_after_a_working_day(ago: timedelta, stale: bool) -> None:
    now = datetime(2025, 12, 29, 20)
    assert is_stale({"iat": (now - ago).timestamp()}, now) == stale
    assert is_stale({}, now)
    for never in (
        True,
        "1",
        None,
        float("inf"),
        float("nan"),
        -1e300,
        (now + timedelta(hours=1)).timestamp(),
    ):
        assert is_stale({"iat": never}, now)


def test_only_protection_sees_disputes_with_domestic_violence_indicated() -> None:
    rows = pl.DataFrame({"dispute_id": ["A1", "B2"], "is_domestic": [True, False]})
    seen = {role: rows.filter(visible(role))["dispute_id"].to_list() for role in ROLES}
    assert seen == {"analyst": ["B2"], "protection": ["A1", "B2"], "engineer": ["B2"]}


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(RefusedInput, match="no role 'mayor'"):
        role_of("mayor")
