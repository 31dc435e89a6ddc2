"""What a reader says of a row is told in the language of the asker."""

import pytest

from server.import_reasons import reason_in
from server.import_report import report_lines
from server.texts import texts_of


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("'Ring 1, {x}' is not known in this region",
         "'Ring 1, {x}' ist in dieser Region nicht bekannt"),
        ("a sum", "eine Summe"),
        ("column 'Was' is kept as it is; `--column FIELD=Was` says what it holds",
         "Spalte 'Was' bleibt, wie sie ist; `--column FIELD=Was` sagt, was sie enthält"),
        ("what no reader says", "what no reader says"),
    ],
)  # fmt: skip
def test_a_reason_keeps_the_words_of_its_row(english: str, german: str):
    assert reason_in(texts_of("de"), english) == german
    assert reason_in(texts_of("en"), english) == english


def test_a_line_of_a_file_is_no_line_of_a_tram():
    report = {
        "title": "liste", "kind": "csv", "licence": "CC0-1.0", "as_of": "", "rows": 1,
        "is_trial": True, "added": 0, "changed": [], "back": [], "proposed": [], "unchanged": 0,
        "skipped": {}, "looked_up": 0, "gone": [], "decisions": [], "duplicates": [], "notes": [],
        "revs": [], "counts_in": "line",
        "not_taken": [{"line": 4, "text": "Garten", "reason": "no category is told",
                       "candidates": []}],
    }  # fmt: skip
    told = report_lines(report, texts_of("de"), region="toy")
    assert told[-1] == "  Zeile 4: Garten: die Art ist nicht genannt"
