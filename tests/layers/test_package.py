"""Portable packages: what one city learned arrives at the next, and nothing else does."""

import io
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest

from layers.package import MANIFEST, PackageError, collect, from_zip, to_zip
from layers.package_apply import ADDED, CHANGED, SAME, apply, merge, plan
from layers.practice.card import read_card
from layers.taxonomy import load_taxonomy
from tests.layers.test_practice import CARD

ROOT = Path(__file__).parents[2]
PAPER = '{"version": 1, "title": "Brot", "chapters": [{"kind": "text", "text": "Warum"}]}'
MADE = {"region": "toy", "name": "Ödland", "version": "0.1.0", "made_on": date(2026, 1, 2)}


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A city's folder with a paper; beside it its taxonomy and benchmarks."""
    (tmp_path / "city/papers").mkdir(parents=True)
    (tmp_path / "city/papers/bread.json").write_text(PAPER, "utf-8")
    for name in ("taxonomy.toml", "benchmarks.toml"):
        shutil.copyfile(ROOT / "data" / name, tmp_path / name)
    return tmp_path


def packed(city: Path):
    package = collect(
        city / "city", city / "taxonomy.toml", [read_card(CARD, region="toy")],
        licence="CC-BY-4.0", **MADE,
    )  # fmt: skip
    file = city / "p.zip"
    file.write_bytes(to_zip(package))
    return file


def receiver(city: Path) -> dict[str, object]:
    folder = city / "next"
    (folder / "region").mkdir(parents=True, exist_ok=True)
    for name in ("taxonomy.toml", "benchmarks.toml"):
        shutil.copyfile(ROOT / "data" / name, folder / name)
    return {
        "region": "next", "region_dir": folder / "region",
        "taxonomy_path": folder / "taxonomy.toml",
    }  # fmt: skip


def test_a_package_read_again_is_the_same_and_the_same_bytes(city: Path):
    file = packed(city)
    package = from_zip(file)
    assert set(package.files) == {
        "taxonomy.toml", "benchmarks.toml", "papers/bread.json", "practice/repair-by-bike.toml",
    }  # fmt: skip
    assert package.licences["practice/repair-by-bike.toml"] == "CC0-1.0"
    assert package.licences["taxonomy.toml"] == "CC-BY-4.0"
    assert to_zip(package) == file.read_bytes()


def test_the_same_taxonomy_changes_nothing_but_papers_and_cards_arrive(city: Path):
    to = receiver(city)
    found = plan(from_zip(packed(city)), **to)
    by_state = {s: [d.what for d in found.differences if d.state == s] for s in (ADDED, CHANGED)}
    assert by_state == {ADDED: ["bread.json", "repair-by-bike.toml"], CHANGED: []}
    assert sum(d.state == SAME for d in found.differences) > 100
    apply(found)
    card = read_card((to["region_dir"] / "practice/repair-by-bike.toml").read_text(), region="next")
    assert (card.origin, card.region) == ("Ödland", "next")
    assert plan(from_zip(packed(city)), **to).writes == {}


def test_thresholds_and_new_kinds_are_shown_and_put_in_place(city: Path):
    text = (city / "taxonomy.toml").read_text("utf-8")
    changed = text.replace(
        'reach = { mode = "bike", minutes = 20,', 'reach = { mode = "bike", minutes = 25,', 1
    )
    new = text[
        text.index('[[category]]\nid = "csa"') : text.index('[[category]]\nid = "csa_depot"')
    ]
    new = new.replace('id = "csa"', 'id = "csa_of_ours"')
    new = new.replace("Community-supported", "Our").replace("Solidarische", "Unsere")
    changed += f"\n{new}"
    (city / "taxonomy.toml").write_text(changed, "utf-8")
    to = receiver(city)
    found = plan(from_zip(packed(city)), **to)
    told = {d.what: (d.state, d.details) for d in found.differences if d.file == "taxonomy.toml"}
    assert told["category farm_shop"][0] == CHANGED
    assert "'minutes': 20" in told["category farm_shop"][1][0]
    assert told["category csa_of_ours"] == (ADDED, ())
    apply(found)
    taxonomy = load_taxonomy(to["taxonomy_path"])
    assert taxonomy.category("farm_shop").reach.minutes == 25
    assert taxonomy.category("csa_of_ours").field == "production"
    kept = to["taxonomy_path"].read_text("utf-8")
    assert kept.startswith("# What kinds of offers there are")
    assert (
        len(taxonomy.categories) == len(load_taxonomy(ROOT / "data/taxonomy.toml").categories) + 1
    )


def test_what_stands_around_a_changed_table_stays_letter_for_letter():
    own = '# head\n[a]\nx = 1\n\n[[category]]\nid = "p"\nn = 1\n\n# next\n[[category]]\nid = "q"\n'
    merged, found = merge(own, '[[category]]\nid = "p"\nn = 2\n', file="f")
    assert merged == own.replace("n = 1", "n = 2")
    assert found[0].details == ("n: 1 → 2",)
    field = '[[field]]\nid = "f"\nde = "A"\n'
    assert merge(field, field.replace("A", "B"), file="f")[0] == field


def test_a_package_that_leaves_the_taxonomy_broken_is_refused_whole(city: Path):
    text = (city / "taxonomy.toml").read_text("utf-8")
    (city / "taxonomy.toml").write_text(
        text.replace(
            'reach = { mode = "bike", minutes = 20,', 'reach = { mode = "swim", minutes = 20,', 1
        ),
        "utf-8",
    )
    to = receiver(city)
    with pytest.raises(PackageError, match="swim"):
        plan(from_zip(packed(city)), **to)
    assert not (to["region_dir"] / "papers").exists()


def test_a_file_that_cannot_be_written_leaves_everything_as_it_was(
    city: Path, monkeypatch: pytest.MonkeyPatch
):
    import layers.package_apply as module

    to = receiver(city)
    found = plan(from_zip(packed(city)), **to)
    real, calls = module.os.replace, []

    def fail_at_second(source, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left")
        real(source, target)

    monkeypatch.setattr(module.os, "replace", fail_at_second)
    with pytest.raises(OSError, match="No space left"):
        apply(found)
    left = [p for p in (city / "next").rglob("*") if p.is_file()]
    assert sorted(p.name for p in left) == ["benchmarks.toml", "taxonomy.toml"]


def rezip(file: Path, *, drop: str = "", add: dict[str, bytes] | None = None, twice: str = ""):
    """The package with other contents."""
    with zipfile.ZipFile(file) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    members.pop(drop, None)
    members |= add or {}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        if twice:
            with pytest.warns(UserWarning, match="Duplicate name"):
                archive.writestr(twice, b"{}")
    file.write_bytes(out.getvalue())
    return file


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"add": {"../../evil.toml": b""}}, "'../../evil.toml' is none of the files"),
        ({"add": {"/etc/passwd": b""}}, "none of the files"),
        ({"add": {"practice/../../x.toml": b""}}, "none of the files"),
        ({"add": {"practice/ok.toml": b"x"}}, "'practice/ok.toml' is not in the manifest"),
        ({"add": {"papers/bread.json": b"{}"}}, "its checksum is another one"),
        ({"drop": "papers/bread.json"}, "'papers/bread.json' is in the manifest only"),
        ({"drop": MANIFEST}, "manifest.json is missing"),
        ({"add": {MANIFEST: b"[]"}}, "another format"),
        ({"add": {MANIFEST: b"{"}}, "is no JSON"),
        ({"add": {"papers/big.json": b"0" * 2_000_001}}, "holds 2,000,001 bytes, at most"),
        ({"twice": "papers/bread.json"}, "a name stands in it twice"),
        ({"add": {f"papers/p{i}.json": b"" for i in range(500)}}, "at most 500"),
    ],
)
def test_a_hostile_zip_is_refused(city: Path, changed, match: str):
    file = rezip(packed(city), **changed)
    with pytest.raises(PackageError, match=match):
        from_zip(file)


def test_a_bomb_is_read_no_further_than_a_file_may_be(city: Path):
    file = packed(city)
    rezip(file, add={"papers/bread.json": b"0" * 5_000_000})
    blob = bytearray(file.read_bytes())
    true = (5_000_000).to_bytes(4, "little")
    while (at := blob.find(true)) >= 0:
        blob[at : at + 4] = (10).to_bytes(4, "little")  # both heads lie about the size
    file.write_bytes(bytes(blob))
    with pytest.raises(PackageError):
        from_zip(file)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + b"\x00" * 40])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes):
    file = tmp_path / "x.zip"
    file.write_bytes(content)
    with pytest.raises(PackageError, match="no zip"):
        from_zip(file)


def test_a_paper_or_card_with_faults_is_refused(city: Path):
    (city / "city/papers/bread.json").write_text(json.dumps({"version": 9}), "utf-8")
    with pytest.raises(PackageError, match="papers/bread"):
        plan(from_zip(packed(city)), **receiver(city))
