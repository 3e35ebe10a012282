"""How to reach a Temporal server: address, namespace, TLS, API key; the embedded one or any cluster.

Nothing is read from the environment here: the roof passes its settings, or the ``TEMPORAL_*`` variables as a
mapping. A refused connection becomes an error that says what to do.

Where next: ``client.py`` for what to ask a server, ``server.py`` for the embedded one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfigProfile, ClientConfigTLS
from temporalio.service import RPCError, RPCStatusCode

from canonical.errors import ConfigurationError, CredentialError, KhataError

DEFAULT_ADDRESS = "127.0.0.1:7233"
_POLL_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalTarget:
    """Which server, and how to sign in.

    Attributes:
        address: host and port of the gRPC frontend.
        namespace: of the server; it must exist.
        api_key: for clusters that want one; implies TLS.
        tls: True forces TLS with the system's authorities; the files below imply it.
        tls_ca_path: authority of the server's certificate, PEM.
        tls_cert_path: our certificate, PEM, for mutual TLS; needs ``tls_key_path``.
        tls_key_path: our private key, PEM.
        tls_server_name: name in the server's certificate if it is not the address.
    """

    address: str = DEFAULT_ADDRESS
    namespace: str = "default"
    api_key: str = field(default="", repr=False)
    tls: bool = False
    tls_ca_path: Path | None = None
    tls_cert_path: Path | None = None
    tls_key_path: Path | None = None
    tls_server_name: str = ""

    @classmethod
    def from_variables(cls, variables: Mapping[str, str], address: str = "") -> TemporalTarget:
        """Read Temporal's own ``TEMPORAL_*`` variables from a mapping; an explicit address wins.

        Raises:
            ConfigurationError: a variable has a value that makes no sense.
        """
        tls = variables.get("TEMPORAL_TLS", "").lower()
        if tls not in {"", "0", "1", "false", "true"}:
            raise ConfigurationError("TEMPORAL_TLS must be true or false.", code="temporal.tls", setting="TEMPORAL_TLS")

        def path(name: str) -> Path | None:
            return Path(variables[name]) if variables.get(name) else None

        return cls(
            address=address or variables.get("TEMPORAL_ADDRESS", "") or DEFAULT_ADDRESS,
            namespace=variables.get("TEMPORAL_NAMESPACE", "") or "default",
            api_key=variables.get("TEMPORAL_API_KEY", ""),
            tls=tls in {"1", "true"},
            tls_ca_path=path("TEMPORAL_TLS_SERVER_CA_CERT_PATH"),
            tls_cert_path=path("TEMPORAL_TLS_CLIENT_CERT_PATH"),
            tls_key_path=path("TEMPORAL_TLS_CLIENT_KEY_PATH"),
            tls_server_name=variables.get("TEMPORAL_TLS_SERVER_NAME", ""),
        )

    @property
    def secured(self) -> bool:
        """True if the connection is encrypted."""
        return bool(self.tls or self.api_key or self.tls_ca_path or self.tls_cert_path)

    def profile(self) -> ClientConfigProfile:
        """The same in Temporal's own words.

        Raises:
            ConfigurationError: a certificate without its key, or a key without its certificate.
        """
        if bool(self.tls_cert_path) != bool(self.tls_key_path):
            raise ConfigurationError(
                "Mutual TLS needs both a client certificate and its key; only one of them is set.",
                code="temporal.tls",
            )
        tls = ClientConfigTLS(
            disabled=False,
            server_name=self.tls_server_name or None,
            server_root_ca_cert=self.tls_ca_path,
            client_cert=self.tls_cert_path,
            client_private_key=self.tls_key_path,
        )
        return ClientConfigProfile(
            address=self.address,
            namespace=self.namespace,
            api_key=self.api_key or None,
            tls=tls if self.secured else None,
        )


async def connect(target: TemporalTarget, *, wait_s: float = 0.0, clock: Callable[[], float] = monotonic) -> Client:
    """Connect and make sure the server answers for our namespace.

    Args:
        target: which server.
        wait_s: keep trying for so long while the port does not answer (a server that is still starting), seconds.
        clock: monotonic seconds.

    Raises:
        ConfigurationError: the settings cannot work (a certificate file is missing), nothing answers at the address,
            or the server does not have the namespace.
        CredentialError: the server refuses our API key or certificate.
    """
    try:
        options = target.profile().to_client_connect_config()
    except OSError as error:
        raise ConfigurationError(
            f"The TLS file {error.filename} of the Temporal connection cannot be read: {error.strerror}.",
            code="temporal.tls",
        ) from error
    deadline = clock() + wait_s
    while True:
        try:
            client = await Client.connect(**options)
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
        except (RuntimeError, RPCError) as error:  # the bridge raises RuntimeError for a refused port
            if clock() >= deadline:
                raise _refusal(target, error) from error
        else:
            return client
        await asyncio.sleep(_POLL_S)


def _refusal(target: TemporalTarget, error: Exception) -> KhataError:
    """What to tell about a server that does not answer, or not as hoped."""
    status = error.status if isinstance(error, RPCError) else None
    if status is RPCStatusCode.NOT_FOUND:
        return ConfigurationError(
            f"The Temporal server at {target.address} has no namespace {target.namespace}. Create it with 'temporal "
            f"operator namespace create {target.namespace}', or name another.",
            code="temporal.namespace",
            address=target.address,
        )
    if status in {RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED}:
        return CredentialError(
            f"The Temporal server at {target.address} refuses our API key or certificate. Renew it.",
            code="temporal.credential",
            address=target.address,
        )
    return ConfigurationError(
        f"No Temporal server answers at {target.address} (namespace {target.namespace}). Start one with 'khata up', "
        "or name yours with --temporal ADDRESS.",
        code="temporal.unreachable",
        address=target.address,
        cause=type(error).__name__,
    )
