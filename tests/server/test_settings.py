"""Settings: one table, read from the environment, checked."""

from pathlib import Path

import pytest

from geo.errors import ParameterError
from layers.errors import UnknownRegionError
from server.app import create_app
from server.settings import SETTINGS, Settings


def test_defaults_point_into_the_checkout():
    settings = Settings.from_env({})
    assert (settings.data_dir / "taxonomy.toml").is_file()
    assert settings.state_dir.name == "var"
    assert settings.language == "de"


def test_environment_wins(tmp_path: Path):
    settings = Settings.from_env(
        {"UMKREIS_STATE_DIR": str(tmp_path), "UMKREIS_LANGUAGE": "en", "UMKREIS_REGIONS": "a, b"}
    )
    assert settings.state_dir == tmp_path
    assert settings.language == "en"
    assert settings.regions == ("a", "b")


def test_a_misspelt_setting_is_refused():
    with pytest.raises(ParameterError, match="`UMKREIS_SATE_DIR` is no setting"):
        Settings.from_env({"UMKREIS_SATE_DIR": "/tmp"})  # noqa: S108


def test_a_value_that_is_not_allowed_lists_those_that_are():
    with pytest.raises(ParameterError, match="`UMKREIS_LANGUAGE` is 'fr'; it may be de, en"):
        Settings.from_env({"UMKREIS_LANGUAGE": "fr"})


def test_an_unknown_region_to_serve_is_refused_at_once(tmp_path: Path):
    settings = Settings.from_env({"UMKREIS_STATE_DIR": str(tmp_path), "UMKREIS_REGIONS": "nowhere"})
    with pytest.raises(UnknownRegionError, match="`region` 'nowhere' is not known"):
        create_app(settings)


def test_every_setting_has_a_help_text():
    assert all(setting.help.endswith(".") for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("UMKREIS_PUBLIC_URL", "karte.example", "may be https://HOST"),
        ("UMKREIS_PUBLIC_URL", "https://karte.example/umkreis", "without a path"),
        ("UMKREIS_PUBLIC_URL", "https://me:secret@karte.example", "without a path"),
        ("UMKREIS_PUBLIC_URL", "javascript://karte.example", "may be https://HOST"),
        ("UMKREIS_TRUSTED_PROXIES", "proxy", "'proxy' does not appear to be"),
        ("UMKREIS_TRUSTED_PROXIES", "10.0.0.1/8", "has host bits set"),
        ("UMKREIS_REQUESTS_PER_MINUTE", "-1", "whole number from 0 on"),
        ("UMKREIS_ANALYSES_PER_MINUTE", "many", "whole number from 0 on"),
        ("UMKREIS_ANALYSES_AT_ONCE", "0", "whole number from 1 on"),
        ("UMKREIS_MAINTENANCE", "on", "may be off, read, all"),
        ("UMKREIS_METRICS", "1", "may be off, local, all"),
        ("UMKREIS_LOG_FORMAT", "xml", "may be text, json"),
    ],
)
def test_a_setting_of_operation_that_is_wrong_says_what_it_may_be(
    name: str, value: str, message: str
):
    with pytest.raises(ParameterError, match=f"`{name}`.*{message}"):
        Settings.from_env({name: value})


def test_settings_of_operation_are_read():
    settings = Settings.from_env(
        {
            "UMKREIS_PUBLIC_URL": "https://karte.example:8443/",
            "UMKREIS_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "UMKREIS_REQUESTS_PER_MINUTE": "0",
            "UMKREIS_METRICS": "local",
        }
    )
    assert settings.public_url == "https://karte.example:8443"
    assert [str(n) for n in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert settings.requests_per_minute == 0
    assert settings.metrics == "local"
