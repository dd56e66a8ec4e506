"""What Authlib and Streamlit leave open in a log-in, closed: whose provider it is, how it signs, and for whom.

Streamlit builds its client on `authlib.integrations.starlette_client.StarletteOAuth2App`; `be_strict` puts the class here
in its place before the first log-in. Authlib by itself takes an identity token for another client if it names
this one as `azp`, checks no issuer that the provider does not name, follows the provider in how tokens are signed
(`none` among them), and proves the code only where the provider asks for it.
"""

from typing import Any

from authlib.integrations import starlette_client
from authlib.integrations.base_client import OAuthError

from dashboards.access.login import METADATA_PATH

SIGNED_BY_KEY_PAIR = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)


class StrictProvider(starlette_client.StarletteOAuth2App):
    """The client of the one configured provider."""

    async def load_server_metadata(self) -> dict[str, Any]:
        """What the provider says of itself.

        Raises:
            OAuthError: it is another issuer than the one configured.
        """
        metadata = await super().load_server_metadata()
        configured: str = self._server_metadata_url  # pyright: ignore[reportAttributeAccessIssue]
        if f"{metadata.get('issuer')}{METADATA_PATH}" != configured:
            raise OAuthError(
                "invalid_issuer", "the provider names another issuer than its configured address"
            )
        signed = metadata.get("id_token_signing_alg_values_supported") or ()
        safe = [algorithm for algorithm in signed if algorithm in SIGNED_BY_KEY_PAIR]
        metadata["id_token_signing_alg_values_supported"] = safe or ["RS256"]
        metadata["code_challenge_methods_supported"] = ["S256"]
        return metadata

    async def parse_id_token(
        self,
        token: dict[str, Any],
        nonce: str,
        claims_options: Any = None,
        claims_cls: Any = None,
        leeway: int = 120,
    ) -> Any:
        """The claims of an identity token for this client alone.

        Raises:
            OAuthError: it is for another client, or for several.
        """
        claims = await super().parse_id_token(token, nonce, claims_options, claims_cls, leeway)
        if claims is None or claims.get("aud") not in (self.client_id, [self.client_id]):
            raise OAuthError("invalid_audience", "the identity token is not for this client alone")
        return claims


def be_strict() -> None:
    """Let every log-in of this process go through `StrictProvider`."""
    starlette_client.StarletteOAuth2App = StrictProvider
