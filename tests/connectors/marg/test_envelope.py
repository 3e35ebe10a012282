"""The envelope: what the sandbox wraps the connector opens; what was cut, changed or sealed otherwise it refuses."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import CredentialError, SourceMalformed
from connectors.marg.ede.envelope import open_envelope
from sandbox.marg.envelope import Form, wrap
from tests.support.samples import sample

KEY = "TESTKEY12345"
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=30)
_DOCUMENTS = st.dictionaries(
    _TEXTS, st.one_of(_TEXTS, st.integers(-(10**9), 10**9), st.booleans(), st.none()), max_size=5
)
_KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=0x97F, codec="utf-8"), min_size=1, max_size=40)


@given(document=_DOCUMENTS, key=_KEYS, form=st.sampled_from(Form), has_mark=st.booleans())
def test_what_is_wrapped_is_opened(document: dict[str, Any], key: str, form: Form, *, has_mark: bool) -> None:
    assert open_envelope(wrap(document, key, form, has_mark=has_mark), key) == document


@given(document=_DOCUMENTS, key=_KEYS, other=_KEYS)
def test_another_key_opens_nothing(document: dict[str, Any], key: str, other: str) -> None:
    if _secret(key) == _secret(other):
        return
    with pytest.raises((CredentialError, SourceMalformed)):
        open_envelope(wrap(document, key), other)


@given(document=_DOCUMENTS, share=st.floats(0, 0.999), form=st.sampled_from((Form.SEALED, Form.DEFLATED)))
def test_what_was_cut_is_refused(document: dict[str, Any], share: float, form: Form) -> None:
    """Cut inside the string literal, and cut with the literal closed again."""
    body = wrap({"rows": ["padding that makes it long"] * 3, **document}, KEY, form)
    inner = json.loads(body)
    with pytest.raises((SourceMalformed, CredentialError)):
        open_envelope(body[: int(len(body) * share)], KEY)
    with pytest.raises((SourceMalformed, CredentialError)):
        open_envelope(json.dumps(inner[: int(len(inner) * share)]).encode(), KEY)


@pytest.mark.parametrize(
    "body", [b"", b"null", b'""', b"<html>503</html>", b"[1]", b'"!!!"', b'{"a":', b"\xff\xfe\x00"]
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(SourceMalformed):
        open_envelope(body, KEY)


def test_a_block_less_is_a_cut_answer_and_not_a_wrong_key() -> None:
    import base64

    body = wrap({"a": list(range(200))}, KEY)
    packed = base64.b64decode(json.loads(body))
    with pytest.raises(SourceMalformed):
        open_envelope(json.dumps(base64.b64encode(packed[:-16]).decode()).encode(), KEY)


@pytest.mark.parametrize("name", ["corporate_ede_type1_synthetic", "margmst2017_synthetic"])
def test_the_samples_are_their_own_json(name: str) -> None:
    sealed = sample(f"marg/ede/{name}.enc.txt").read_bytes()
    told = json.loads(sample(f"marg/ede/{name}.json").read_text("utf-8"), parse_float=Decimal)
    assert open_envelope(sealed, KEY) == told


def test_the_sample_of_an_error_needs_no_key() -> None:
    body = sample("marg/ede/error_deflate_only_synthetic.txt").read_bytes()
    assert open_envelope(body, "any key at all")["Details"]["Message"] == "Full sync limit exceeded"


def test_amounts_stay_exact() -> None:
    assert open_envelope(b'{"Final": 0.1}', KEY)["Final"] == Decimal("0.1")


def _secret(key: str) -> bytes:
    return key.encode()[:16].ljust(16, b"\0")
