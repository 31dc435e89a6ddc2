"""Documents that somebody hands in: read within bounds."""

import math

import pytest

from layers.document import DocumentError, is_number, is_text, parse, read_text, unknown_keys


def test_faults_are_told_together_and_the_first_twenty_by_name():
    assert str(DocumentError(["a"], parameter="p")) == "`p` has one fault: a"
    many = DocumentError([f"f{i}" for i in range(22)], parameter="p")
    assert str(many).endswith("f19; and 2 more")
    assert len(many.faults) == 22


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, True), (1.5, True), (True, False), ("1", False), (math.inf, False), (math.nan, False)],
)
def test_a_number_is_finite_and_no_truth(value, expected):
    assert is_number(value) is expected


def test_texts_have_a_length():
    assert is_text("x" * 500)
    assert not is_text("x" * 501)
    assert is_text("x" * 501, most=501)
    assert not is_text(5)


def test_unknown_keys_are_told_with_the_known_ones():
    assert unknown_keys({"a": 1, "b": 2}, ("a", "c")) == ["`b` is not known here; known are a, c"]


def test_json_is_parsed_or_its_fault_told():
    assert parse('{"a": 1}') == ({"a": 1}, [])
    assert parse("{")[1][0].startswith("it is no JSON")


def test_a_file_is_read_with_a_mark_of_its_encoding_and_refused_in_another(tmp_path):
    file = tmp_path / "a.json"
    file.write_bytes("\ufeffÖ".encode())
    assert read_text(file) == ("Ö", [])
    file.write_bytes("Ö".encode("cp1252"))
    assert "is not in UTF-8" in read_text(file)[1][0]
    file.write_bytes(b" " * 1_000_001)
    assert read_text(file)[1] == ["a.json holds 1,000,001 bytes, at most 1,000,000"]
