"""The log-in with a provider, from the button to the cookie: what is sent, and every answer that must not open."""

import base64
import hashlib
import time
from collections.abc import Iterator

import httpx
import pytest

from dashboards.server import opened
from pipelines.home import Home
from tests.dashboards.conftest import PROFILE
from tests.worlds.command import environment
from tests.worlds.identity_provider import (
    CLIENT,
    Claims,
    Provider,
    Visitor,
    identity_provider,
    query_of,
    signed_cookie,
    write_login_file,
)

pytestmark = pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning")
NAME = "desk@example.org"


@pytest.fixture(scope="module")
def provider_and_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Provider, str]]:
    with identity_provider({NAME: ["desk"]}) as provider:
        folder = tmp_path_factory.mktemp("round_trip")
        with (
            environment(FENGQIAO_LOGIN_FILE=write_login_file(folder, provider)),
            opened(Home(folder / "home"), PROFILE, "protection") as address,
        ):
            yield provider, address


@pytest.fixture
def provider(provider_and_address: tuple[Provider, str]) -> Iterator[Provider]:
    yield provider_and_address[0]
    provider_and_address[0].honest()


@pytest.fixture
def visitor(provider_and_address: tuple[Provider, str]) -> Visitor:
    return Visitor(provider_and_address[1])


def test_an_honest_answer_opens_with_state_nonce_and_proof_of_the_code(
    provider: Provider, visitor: Visitor
) -> None:
    asked = query_of(there := visitor.begin())
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    answer = visitor.come_back(visitor.consent(there, NAME))
    assert visitor.is_known
    verifier = provider.token_requests[-1]["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
    for cookie in answer.headers.get_list("set-cookie"):
        if cookie.startswith("_streamlit_user"):
            assert {"HttpOnly", "SameSite=Lax", "Max-Age=43200"} <= set(cookie.split("; "))


def test_each_log_in_has_a_state_a_nonce_and_a_challenge_of_its_own(visitor: Visitor) -> None:
    first, second = query_of(visitor.begin()), query_of(visitor.begin())
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


def refused(provider: Provider, visitor: Visitor) -> None:
    """The provider sent a token, and it opened nothing."""
    before = provider.issued
    visitor.log_in(NAME)
    assert provider.issued == before + 1
    assert not visitor.is_known


def without(name: str) -> Claims:
    return {name: None}


WRONG: dict[str, Claims] = {
    "another nonce": {"nonce": "x"},
    "no nonce": without("nonce"),
    "for another client": {"aud": "another"},
    "for another client by way of this one": {"aud": "another", "azp": CLIENT},
    "for this client and another": {"aud": [CLIENT, "another"], "azp": CLIENT},
    "for nobody": without("aud"),
    "for an empty list": {"aud": []},
    "for this client, authorised for another": {"azp": "another"},
    "another issuer": {"iss": "https://id.example.org"},
    "no issuer": without("iss"),
    "expired": {"exp": int(time.time()) - 600},
    "never expires": without("exp"),
    "no subject": without("sub"),
    "nobody knows when": without("iat"),
    "issued in the future": {"iat": int(time.time()) + 3600},
    "valid in the future": {"nbf": int(time.time()) + 3600},
    "of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_token_that_is_not_for_this_log_in_does_not_open(
    provider: Provider, visitor: Visitor, name: str
) -> None:
    provider.change = lambda claims: {
        key: value for key, value in (claims | WRONG[name]).items() if value is not None
    }
    refused(provider, visitor)


@pytest.mark.parametrize("algorithm", ["stranger", "none", "HS256"])
@pytest.mark.parametrize("claimed", [[], ["RS256", "HS256", "none"]])
def test_a_token_the_provider_s_key_did_not_sign_does_not_open(
    provider: Provider, visitor: Visitor, algorithm: str, claimed: list[str]
) -> None:
    provider.algorithm = algorithm
    provider.metadata = {"id_token_signing_alg_values_supported": claimed} if claimed else {}
    refused(provider, visitor)


@pytest.mark.parametrize("issuer", ["https://id.example.org", "", None])
def test_a_provider_that_says_it_is_another_is_not_asked(
    provider: Provider, visitor: Visitor, issuer: str | None
) -> None:
    provider.metadata = {"issuer": issuer}
    assert not visitor.begin().startswith(provider.address)


def test_an_answer_of_another_log_in_does_not_open(provider: Provider, visitor: Visitor) -> None:
    """State: somebody sends their own answer to another's browser."""
    stranger = Visitor(visitor.address)
    answer = stranger.consent(stranger.begin(), NAME)
    visitor.begin()
    visitor.come_back(answer)
    assert not visitor.is_known
    own = query_of(visitor.begin())["state"]
    visitor.come_back(answer.replace(query_of(answer)["state"], own))
    assert not visitor.is_known


@pytest.mark.parametrize(
    "change", ["code=x&state={state}", "state={state}", "code={code}", "error=access_denied"]
)
def test_a_changed_answer_does_not_open(visitor: Visitor, change: str) -> None:
    answer = visitor.consent(visitor.begin(), NAME)
    visitor.come_back(answer.partition("?")[0] + "?" + change.format(**query_of(answer)))
    assert not visitor.is_known


def test_a_used_answer_opens_for_nobody(provider: Provider, visitor: Visitor) -> None:
    """A code replayed, with the cookies that were there before its first use."""
    there = visitor.begin()
    before = dict(visitor.http.cookies)
    answer = visitor.consent(there, NAME)
    visitor.come_back(answer)
    assert visitor.is_known
    thief = Visitor(visitor.address)
    thief.come_back(answer)
    assert not thief.is_known
    thief.http.cookies.update(before)
    thief.come_back(answer)
    assert not thief.is_known


def test_streamlit_s_own_log_out_ends_the_session_on_the_server(
    provider_and_address: tuple[Provider, str], visitor: Visitor
) -> None:
    """Typed by hand, `/auth/logout` clears the browser; a copy of the cookie must not open any more."""
    visitor.log_in(NAME)
    copy = dict(visitor.http.cookies)
    assert media(visitor).status_code == 404
    assert media(Visitor(visitor.address)).status_code == 403
    visitor.http.get(f"{visitor.address}/auth/logout")
    thief = Visitor(visitor.address)
    thief.http.cookies.update(copy)
    assert media(thief).status_code == 403
    other = Visitor(visitor.address)
    other.log_in(NAME)
    assert media(other).status_code == 404


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 403),
        ({"iss": "{issuer}", "aud": CLIENT, "sub": "x", "iat": 0, "is_logged_in": True, "groups": ["desk"]}, 403),
        ({"iss": "{issuer}", "aud": CLIENT, "sub": "x", "iat": None, "is_logged_in": True, "groups": ["none"]}, 403),
        ({"iss": "{issuer}", "aud": CLIENT, "sub": "x", "iat": None, "is_logged_in": True, "groups": ["desk"]}, 404),
    ],
)  # fmt: skip
def test_a_download_is_for_open_sessions_with_a_role(
    provider: Provider, visitor: Visitor, claims: Claims, status: int
) -> None:
    now = {"iat": time.time()} if claims.get("iat", 0) is None else {}
    said = {name: provider.address if value == "{issuer}" else value for name, value in claims.items()}
    visitor.http.cookies.set("_streamlit_user", signed_cookie(said | now), domain="127.0.0.1")
    assert media(visitor).status_code == status
    forged = signed_cookie(said | now, secret="0" * 64)
    visitor.http.cookies.set("_streamlit_user", forged, domain="127.0.0.1")
    assert media(visitor).status_code == 403


def media(visitor: Visitor) -> httpx.Response:
    """The answer to a download of no known file: 404 to who may ask, 403 to others."""
    return visitor.http.get(f"{visitor.address}/media/{'0' * 56}.xlsx")
