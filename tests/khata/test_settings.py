"""Settings: the order of layers, where each value came from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import ConfigurationError
from canonical.receivable import AgeingBasis
from khata.configuration import load_settings
from khata.settings import MASK, OriginKind, iter_setting_fields, iter_shown, mask_url
from tests.khata.running import run


def write(folder: Path, text: str) -> Path:
    path = folder / "khata.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_has_to_be_set(home: Path) -> None:
    settings = load_settings(environ={"HOME": str(home)})
    assert settings.database_url == f"sqlite:///{home}/.local/share/khata/khata.db"
    assert set(settings.origins) == set()


def test_argument_beats_environment_beats_file_beats_default(home: Path) -> None:
    path = write(home, "[api]\nport = 1001\npage_rows = 11\nhost = 'file.example'\n")
    settings = load_settings(
        arguments={"api.port": 3003, "api.host": None},
        environ={"KHATA_API__PORT": "2002", "KHATA_API__PAGE_ROWS": "22"},
        config_file=path,
    )
    assert (settings.api.port, settings.api.page_rows, settings.api.host) == (3003, 22, "file.example")
    kinds = [settings.origin(f"api.{key}").kind for key in ("port", "page_rows", "host", "page_rows_max")]
    assert kinds == [OriginKind.ARGUMENT, OriginKind.ENVIRONMENT, OriginKind.FILE, OriginKind.DEFAULT]


def test_the_settings_file_is_found_by_variable_and_in_the_usual_place(home: Path) -> None:
    usual = home / ".config" / "khata"
    usual.mkdir(parents=True)
    (usual / "config.toml").write_text("[cli]\ntenant = 'usual'\n", encoding="utf-8")
    named = write(home, "[cli]\ntenant = 'named'\n")
    assert load_settings(environ={"HOME": str(home)}).cli.tenant == "usual"
    assert load_settings(environ={"HOME": str(home), "KHATA_CONFIG": str(named)}).cli.tenant == "named"


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [("KHATA_DATABSE__URL", "KHATA_DATABASE__URL"), ("KHATA_DB_URL", "KHATA_DATABASE__URL")],
)
def test_an_unknown_variable_names_the_nearest(variable: str, nearest: str) -> None:
    with pytest.raises(ConfigurationError, match=f"did you mean {nearest}"):
        load_settings(environ={variable: "x"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[databse]\nurl = 'x'\n", "did you mean database"),
        ("[api]\nprot = 1\n", "did you mean api.port"),
        ("[api]\nport = 'many'\n", "a whole number"),
        ("[api]\nport = -1\n", "a whole number"),
        ("[api]\nport = true\n", "a whole number"),
        ("[database]\nauto_migrate = 'perhaps'\n", "true or false"),
        ("[receivables]\nbasis = 'delivery'\n", "due or bill"),
        ("[receivables]\nfifo = 'some'\n", "none or on-account or all"),
        ("[tally]\npoll_seconds = 0\n", "from 1 up"),
        ("[api\n", "cannot be read"),
        ("api = 5\n", "section"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(home: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        load_settings(environ={}, config_file=write(home, text))


def test_a_missing_settings_file_is_an_error_if_somebody_named_it(home: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        load_settings(environ={}, config_file=home / "none.toml")


def test_values_are_read_into_their_types() -> None:
    settings = load_settings(
        environ={
            "KHATA_RECEIVABLES__BASIS": "bill",
            "KHATA_DATABASE__AUTO_MIGRATE": "no",
            "KHATA_DATA__FOLDER": "/var/lib/khata",
        }
    )
    assert settings.receivables.basis is AgeingBasis.BILL
    assert settings.database.auto_migrate is False
    assert settings.data.folder == Path("/var/lib/khata")


def test_a_password_in_the_settings_file_is_refused(home: Path) -> None:
    path = write(home, "[database]\nurl = 'postgresql://asha:hunter2@db.example/khata'\n")
    with pytest.raises(ConfigurationError, match="KHATA_DATABASE__URL") as caught:
        load_settings(environ={}, config_file=path)
    assert "hunter2" not in str(caught.value)


@given(st.text(st.characters(codec="ascii", exclude_characters="?&\x00", min_codepoint=33), min_size=3))
def test_no_password_survives_masking(password: str) -> None:
    assert password not in mask_url(f"postgresql://asha:{password}@db.example/khata").replace(MASK, "").replace(
        "postgresql://asha:@db.example/khata", ""
    )
    assert mask_url(f"postgresql://db.example/khata?user=asha&password={password}").endswith(f"password={MASK}")


@pytest.mark.parametrize("url", ["sqlite:///books.db", "postgresql://asha@db.example/khata", "postgresql:///khata", ""])
def test_a_url_without_a_password_is_shown_whole(url: str) -> None:
    assert mask_url(url) == url


def test_config_show_says_value_origin_and_meaning_and_no_secret(home: Path) -> None:
    secret = "postgresql://asha:hunter2@db.example/khata"
    done = run(home, "config", "show", "--format", "json", env={"KHATA_DATABASE__URL": secret})
    rows = {row["name"]: row for row in done.json()["rows"]}
    assert rows["database.url"]["value"] == f"postgresql://asha:{MASK}@db.example/khata"
    assert rows["database.url"]["origin"] == "environment KHATA_DATABASE__URL"
    assert rows["api.port"]["origin"] == "default"
    assert set(rows) == {item.name for item in iter_setting_fields()}
    assert "hunter2" not in done.output + done.errors


def test_a_path_that_is_not_set_is_shown_empty(home: Path) -> None:
    shown = {one.name: one.value for one in iter_shown(load_settings(environ={"HOME": str(home)}))}
    assert shown["secrets.key_file"] == "", "'.' would be a folder"


def test_every_setting_explains_itself() -> None:
    for shown in iter_shown(load_settings(environ={})):
        assert shown.sentence.endswith("."), shown.name
        assert len(shown.sentence) > 20, shown.name
