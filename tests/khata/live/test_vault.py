"""Secrets at rest: sealed, bound to their place, readable by one key only, changed without being lost."""

from __future__ import annotations

import base64
import os
import stat
import sys
import types
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonical.errors import ConfigurationError, CredentialError
from khata.configuration import load_settings
from khata.settings import Settings, iter_shown
from khata.vault import Vault, has_sealed, open_vault, place_of, rotate
from khata.vault_keys import VaultKey, key_file
from storage import open_store
from tests.khata.running import run

KEY = base64.b64encode(b"k" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()
SECRET = "hunter2-and-more"
PLACE = place_of("default", "shop", "hub", "listener_token")


def of(folder: Path, **variables: str) -> Settings:
    return load_settings(environ={"HOME": str(folder), "KHATA_DATA__FOLDER": str(folder / "data"), **variables})


def vault(*secrets: bytes) -> Vault:
    return Vault(tuple(VaultKey(secret) for secret in secrets))


@given(secret=st.text(max_size=200), place=st.text(max_size=60))
def test_what_is_sealed_opens_at_its_place_and_nowhere_else(secret: str, place: str) -> None:
    ours = vault(b"k" * 32)
    sealed = ours.seal(secret, place)
    assert ours.open(sealed, place) == secret
    with pytest.raises(CredentialError):
        ours.open(sealed, place + "x")
    with pytest.raises(CredentialError):
        vault(b"o" * 32).open(sealed, place)


@given(at=st.integers(0, 200), flip=st.integers(1, 255))
def test_a_changed_text_never_opens(at: int, flip: int) -> None:
    ours = vault(b"k" * 32)
    version, name, body = str(ours.seal(SECRET, PLACE)["sealed"]).split(":")
    raw = bytearray(base64.b64decode(body))
    raw[at % len(raw)] ^= flip
    with pytest.raises(CredentialError):
        ours.open({"sealed": f"{version}:{name}:{base64.b64encode(bytes(raw)).decode()}"}, PLACE)


def test_the_same_secret_is_never_sealed_the_same_way() -> None:
    ours = vault(b"k" * 32)
    assert len({str(ours.seal(SECRET, PLACE)) for _ in range(50)}) == 50


def test_settings_are_opened_and_sealed_anew_wherever_the_secret_stands() -> None:
    old, new = vault(b"o" * 32), vault(b"n" * 32, b"o" * 32)
    places = [("a",), ("list", "1", "deep")]
    config = {
        "a": old.seal("one", place_of("t", "c", *places[0])),
        "list": ["plain", {"deep": old.seal("two", place_of("t", "c", *places[1]))}],
        "number": 7,
    }
    assert has_sealed(config)
    assert not has_sealed({"list": ["plain", {"deep": "no"}], "number": 7})
    opened = {"a": "one", "list": ["plain", {"deep": "two"}], "number": 7}
    assert old.open_all(config, "t", "c") == opened
    anew = new.seal_anew(config, "t", "c")
    assert new.open_all(anew, "t", "c") == opened
    assert new.seal_anew(anew, "t", "c") == anew
    assert vault(b"n" * 32).open_all(anew, "t", "c") == opened


def test_a_key_file_is_made_for_its_owner_alone_and_kept(tmp_path: Path) -> None:
    settings = of(tmp_path)
    first = open_vault(settings)
    path = key_file(settings)
    assert path == tmp_path / "data" / "secrets.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_vault(settings) == first
    path.chmod(0o640)
    with pytest.raises(ConfigurationError) as refused:
        open_vault(settings)
    assert refused.value.code == "khata.secrets.key_file_open"


@pytest.mark.parametrize("text", ["", "not base64 at all!", base64.b64encode(b"short").decode()])
def test_a_key_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    settings = of(tmp_path)
    path = key_file(settings)
    path.parent.mkdir()
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        open_vault(settings)
    assert refused.value.code == "khata.secrets.key_malformed"


def test_a_key_of_the_environment_comes_first_and_is_never_shown(tmp_path: Path) -> None:
    settings = of(tmp_path, KHATA_SECRETS__KEY=KEY, KHATA_SECRETS__OLD_KEYS=OTHER)
    ours = open_vault(settings)
    assert [key.secret for key in ours.keys] == [b"k" * 32, b"o" * 32]
    assert not key_file(settings).exists()
    shown = "\n".join(f"{item.name} {item.value}" for item in iter_shown(settings))
    assert KEY not in shown
    assert OTHER not in shown
    assert KEY not in repr(ours)
    assert "k" * 8 not in repr(ours)


def test_a_key_in_the_settings_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[secrets]\nkey = "{KEY}"\n')
    with pytest.raises(ConfigurationError) as refused:
        load_settings(environ={"HOME": str(tmp_path)}, config_file=path)
    assert refused.value.code == "khata.configuration.secret_in_file"
    assert KEY not in refused.value.message


@pytest.mark.parametrize("source", ["file", "environment"])
def test_changing_the_key_keeps_every_secret_of_every_tenant(tmp_path: Path, source: str) -> None:
    before = of(tmp_path, **({"KHATA_SECRETS__KEY": OTHER} if source == "environment" else {}))
    first = open_vault(before)
    store = open_store(f"sqlite:///{tmp_path}/books.db", migrate=True)
    store.tenants.create("asha")
    for tenant in ("default", "asha"):
        config = {"hub": {"listener_token": first.seal(SECRET, place_of(tenant, "shop", "hub", "listener_token"))}}
        store.tenant(tenant).connections.save("shop", "tally", config)
        store.tenant(tenant).connections.save("files", "tally", {"files": ["x.xml"]})
    after = before
    if source == "environment":
        after = replace(before, secrets=replace(before.secrets, key=KEY, old_keys=OTHER))
    done = rotate(after, store)
    assert (done.connections, done.is_new) == (2, source == "file")
    now = open_vault(replace(after, secrets=replace(after.secrets, old_keys="")))
    assert now.keys[0] != first.keys[0]
    for tenant in ("default", "asha"):
        stored = store.tenant(tenant).connections.get("shop").config
        assert now.is_current(stored["hub"]["listener_token"])
        assert now.open_all(stored, tenant, "shop") == {"hub": {"listener_token": SECRET}}
    store.close()


class RefusedError(Exception):
    """``keyring.errors.KeyringError`` of the stand-in."""


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """What stands in for the package ``keyring``, with the two functions and the error of its own that are used."""
    kept: dict[tuple[str, str], str] = {}
    module, errors = types.ModuleType("keyring"), types.ModuleType("keyring.errors")
    module.__dict__["get_password"] = lambda service, user: kept.get((service, user))
    module.__dict__["set_password"] = lambda service, user, secret: kept.__setitem__((service, user), secret)
    errors.__dict__["KeyringError"] = RefusedError
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return kept


def test_a_key_in_the_keyring_is_made_once_kept_apart_for_each_folder_and_rotated(
    tmp_path: Path, ring: dict[tuple[str, str], str]
) -> None:
    settings_ = of(tmp_path, KHATA_SECRETS__KEYRING="true")
    first = open_vault(settings_)
    assert open_vault(settings_) == first
    assert not key_file(settings_).exists()
    assert list(ring) == [("khata", str(tmp_path / "data"))]
    assert open_vault(of(tmp_path / "other", KHATA_SECRETS__KEYRING="true")) != first
    sealed = first.seal(SECRET, PLACE)
    store = open_store(f"sqlite:///{tmp_path}/books.db", migrate=True)
    done = rotate(settings_, store)
    store.close()
    now = open_vault(settings_)
    assert (done.is_new, now.keys[0].name) == (True, done.key)
    assert now.keys[1:] == first.keys
    assert now.open(sealed, PLACE) == SECRET


def test_a_key_file_from_before_is_taken_over_into_the_keyring(
    tmp_path: Path, ring: dict[tuple[str, str], str]
) -> None:
    before = open_vault(of(tmp_path))
    assert open_vault(of(tmp_path, KHATA_SECRETS__KEYRING="true")) == before
    assert ring


def test_a_keyring_that_refuses_or_forgets_is_said(
    tmp_path: Path, ring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_ = of(tmp_path, KHATA_SECRETS__KEYRING="true")
    monkeypatch.setattr(sys.modules["keyring"], "set_password", lambda service, user, secret: None)
    with pytest.raises(ConfigurationError, match="keeps nothing") as forgets:
        open_vault(settings_)

    def refuse(service: str, user: str) -> str:
        raise RefusedError("locked")

    monkeypatch.setattr(sys.modules["keyring"], "get_password", refuse)
    with pytest.raises(ConfigurationError, match="Secret Service") as refuses:
        open_vault(settings_)
    assert {forgets.value.code, refuses.value.code} == {"khata.secrets.keyring_unusable"}


def test_without_the_package_the_keyring_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    done = run(tmp_path, "secrets", "rotate", env={"KHATA_SECRETS__KEYRING": "true"})
    assert done.code == 5
    assert "khata-hub[keyring]" in done.errors
    assert "khata.secrets.keyring_missing" in done.errors


@pytest.mark.parametrize("backend", ["fail", "null"])
def test_the_packages_own_back_ends_without_a_keyring_are_told_from_a_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    """The real package, where it is installed: what it has on a computer without a desktop."""
    keyring = pytest.importorskip("keyring")
    made = pytest.importorskip(f"keyring.backends.{backend}").Keyring()
    before = keyring.get_keyring()
    keyring.set_keyring(made)
    try:
        with pytest.raises(ConfigurationError) as refused:
            open_vault(of(tmp_path, KHATA_SECRETS__KEYRING="true"))
    finally:
        keyring.set_keyring(before)
    assert refused.value.code == "khata.secrets.keyring_unusable"


def test_rotating_from_the_command_line(tmp_path: Path) -> None:
    done = run(tmp_path, "secrets", "rotate", "--db", f"sqlite:///{tmp_path}/books.db")
    assert done.code == 0, done.errors
    assert "A new key was made" in done.output


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(killed_at=st.integers(0, 3))
def test_a_rotation_that_is_killed_leaves_every_secret_readable(tmp_path: Path, killed_at: int) -> None:
    """Sealing stops after so many connections: what is sealed with either key opens with the file's keys."""
    folder = tmp_path / os.urandom(6).hex()
    folder.mkdir()
    settings_ = of(folder)
    first = open_vault(settings_)
    store = open_store(f"sqlite:///{folder}/books.db", migrate=True)
    connections = store.tenant().connections
    for name in ("a", "b", "c"):
        connections.save(name, "tally", {"token": first.seal(name * 9, place_of("default", name, "token"))})
    left = killed_at

    class KilledError(Exception):
        """The process ends here."""

    save = type(connections).save

    def dying(*arguments: object, **named: object) -> object:
        nonlocal left
        if not left:
            raise KilledError
        left -= 1
        return save(*arguments, **named)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connections), "save", dying)
        if killed_at < 3:
            with pytest.raises(KilledError):
                rotate(settings_, store)
        else:
            rotate(settings_, store)
    now = open_vault(settings_)
    for name in ("a", "b", "c"):
        assert now.open_all(connections.get(name).config, "default", name) == {"token": name * 9}
    store.close()
