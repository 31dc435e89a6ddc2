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
