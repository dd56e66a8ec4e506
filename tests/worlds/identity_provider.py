"""An identity provider beside the tests that can be made to answer wrongly, and a client that logs in as a browser does."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import httpx
import oidc_provider_mock
import werkzeug.serving
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from joserfc.jws import JWSRegistry

COOKIE_SECRET = "3f9a1c57e2b84d60a7c3159be8f2046dd1734e9c5ab08f62c4e97d1b30586afe"
CLIENT_SECRET = "a client secret of the tests that is long enough for a signature"
CLIENT = "fengqiao"
STRANGER = RSAKey.generate_key(2048, {"kid": "stranger"})
Claims = dict[str, Any]


@dataclass
class Provider:
    """The provider, what it does wrong, and the requests for tokens it received.

    Attributes:
        address: of its issuer.
        change: changes the claims of each identity token it signs.
        algorithm: it signs with: `RS256`, `HS256` with the client's secret, `none`, or `stranger` for another key.
        metadata: what it says of itself besides, or otherwise.
        token_requests: the fields of each request for tokens.
        issued: how many identity tokens it sent.
    """

    address: str = ""
    change: Callable[[Claims], Claims] = dict
    algorithm: str = "RS256"
    metadata: dict[str, Any] = field(default_factory=dict)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    issued: int = 0

    def honest(self) -> None:
        self.change, self.algorithm, self.metadata = dict, "RS256", {}

    def answered(self, response: flask.Response) -> flask.Response:
        """The response as this provider sends it."""
        if flask.request.path.endswith("openid-configuration"):
            response.set_data(flask.json.dumps(response.get_json() | self.metadata))
        if flask.request.path == "/oauth2/token":
            self.token_requests.append(dict(flask.request.form))
            body = response.get_json()
            if "id_token" in body:
                response.set_data(flask.json.dumps(body | {"id_token": self._signed(body["id_token"])}))
                self.issued += 1
        return response

    def _signed(self, token: str) -> str:
        own = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
        claims = self.change(jwt.decode(token, KeySet([own])).claims)
        algorithm, key = {
            "RS256": ("RS256", own),
            "stranger": ("RS256", STRANGER),
            "HS256": ("HS256", OctKey.import_key(CLIENT_SECRET)),
            "none": ("none", OctKey.import_key(CLIENT_SECRET)),
        }[self.algorithm]
        header = {"alg": algorithm} | ({"kid": own.kid} if key is own and own.kid else {})
        return jwt.encode(header, claims, key, registry=JWSRegistry(algorithms=[algorithm]))


@contextmanager
def identity_provider(groups: dict[str, list[str]]) -> Iterator[Provider]:
    """A provider with these people, each with groups."""
    provider = Provider()
    people = [oidc_provider_mock.User(sub=name, claims={"groups": of}) for name, of in groups.items()]
    app = oidc_provider_mock.app(user_claims=people)
    app.after_request(provider.answered)
    server = werkzeug.serving.make_server("localhost", 0, app, threaded=True)
    provider.address = f"http://localhost:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()


def write_login_file(folder: Path, provider: Provider) -> Path:
    """The log-in file of screens that this provider guards."""
    path = folder / "login.toml"
    path.write_text(
        f"""
        [auth]
        redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
        cookie_secret = "{COOKIE_SECRET}"
        client_id = "{CLIENT}"
        client_secret = "{CLIENT_SECRET}"
        server_metadata_url = "{provider.address}/.well-known/openid-configuration"
        [roles]
        claim = "groups"
        protection = ["safety"]
        analyst = ["desk"]
        """
    )
    path.chmod(0o600)
    return path


class Visitor:
    """Somebody at the screens with a cookie jar of their own, who follows no redirect unasked."""

    def __init__(self, address: str) -> None:
        self.address, self.http = address, httpx.Client(follow_redirects=False, trust_env=False, verify=False)

    def begin(self) -> str:
        """Ask to log in; the address at the provider one is sent to."""
        answer = self.http.get(f"{self.address}/auth/login", params={"provider": _provider_token()})
        return answer.headers.get("location", "")

    def consent(self, at_provider: str, name: str) -> str:
        """Log in at the provider; the address one is sent back to."""
        return httpx.post(at_provider, data={"sub": name}, trust_env=False, verify=False).headers["location"]

    def come_back(self, to: str) -> httpx.Response:
        return self.http.get(to)

    def log_in(self, name: str) -> httpx.Response:
        """The whole way."""
        return self.come_back(self.consent(self.begin(), name))

    @property
    def is_known(self) -> bool:
        """Whether the screens gave a cookie that says who this is."""
        return bool(self.http.cookies.get("_streamlit_user"))


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def signed_cookie(claims: Claims, secret: str = COOKIE_SECRET) -> str:
    """The cookie of somebody with these claims, as only the holder of the secret can make it."""
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    return create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()


def _provider_token() -> str:
    """What the button of the screens puts into the address: the name of the provider, signed."""
    payload = {"provider": "default", "exp": int(time.time()) + 120}
    return jwt.encode({"alg": "HS256"}, payload, OctKey.import_key(COOKIE_SECRET))
