"""The shipped benchmarks, and what a broken file says."""

from pathlib import Path

import pytest

from layers.benchmarks import load_benchmarks
from layers.errors import TaxonomyError
from layers.taxonomy import Taxonomy, load_taxonomy

DATA = Path(__file__).parents[2] / "data"
SOUND = """
[[benchmark]]
id = "near"
de = "nah"
en = "near"
of = "any"
categories = ["pharmacy"]
mode = "walk"
metres = 700
source = "test"
"""


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy(DATA / "taxonomy.toml")


def test_shipped_benchmarks_say_what_they_mean(taxonomy: Taxonomy) -> None:
    benchmarks = {b.id: b for b in load_benchmarks(DATA / "benchmarks.toml", taxonomy)}
    assert len(benchmarks) == 13
    bbsr = benchmarks["de_bbsr_nahversorgung"]
    assert (bbsr.mode, bbsr.metres, bbsr.of) == ("line", 1000, "each")
    assert len(bbsr.categories) == 5
    assert benchmarks["nrw_ils_10min"].smallest_sales_area_m2 == 400
    assert [b.id for b in benchmarks.values() if not b.verified] == [
        "de_bbsr_2025_footpath",
        "nrw_ils_10min",
    ]


@pytest.mark.parametrize(
    ("sound", "broken", "fault"),
    [
        ('"pharmacy"', '"pharmacie"', "benchmark 'near', categories: 'pharmacie' is not known"),
        ('of = "any"', 'of = "asked"', "categories: 1 do not go with of = 'asked'"),
        ("metres = 700", "", "exactly one of metres, minutes, ring_km, m2_per_person"),
        ("metres = 700", "metres = 700\nminutes = 5", "exactly one of metres"),
        ('mode = "walk"', 'mode = "fly"', "benchmark 'near', mode: 'fly' is not known"),
        ('source = "test"', "", "benchmark 'near', source: is missing or empty"),
        ("[[benchmark]]", "[[benchmarks]]", "benchmarks: unknown; known is benchmark"),
        ("[[benchmark]]", "[[", "it is no TOML"),
        (SOUND, SOUND + SOUND, "an id stands twice"),
    ],
)
def test_a_fault_is_told(
    tmp_path: Path, taxonomy: Taxonomy, sound: str, broken: str, fault: str
) -> None:
    assert sound in SOUND
    path = tmp_path / "benchmarks.toml"
    path.write_text(SOUND.replace(sound, broken), "utf-8")
    with pytest.raises(TaxonomyError) as error:
        load_benchmarks(path, taxonomy)
    assert fault in str(error.value)
    assert len(error.value.faults) == 1


def test_a_missing_file_is_told(tmp_path: Path, taxonomy: Taxonomy) -> None:
    with pytest.raises(
        TaxonomyError, match=r"`benchmarks` none.toml has one fault:\n  it cannot be read"
    ):
        load_benchmarks(tmp_path / "none.toml", taxonomy)
