"""
A paper as a document to go on writing in (Office Open XML): headings, and tables that are tables.

Numbers stand to the right, the heads of a table come again on every page, a row is not cut, and
pictures have their words. Every text is put in as text, whatever it looks like.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table as Grid
from docx.table import _Cell as Cell
from docx.table import _Row as GridRow
from docx.text.paragraph import Paragraph

from layers.sources.undated import undated_office
from server.drawing import Drawing, to_png, word_width
from server.measures.papers.blocks import (
    LIST,
    SOFT,
    STRONG,
    Block,
    Figure,
    Pages,
    Section,
    Table,
    Words,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DPI = 200
_CM_PER_INCH = 2.54
_WIDTH_CM = 17.4  # of A4 between the margins
_FIGURE_CM = 16.0
_SWATCH_CM = 0.65
_LOCALES = {"de": "de-DE", "en": "en-GB"}
_INK, _SOFT, _BRAND = "1A201D", "55605A", "0B6B4F"
_LINE = "C9CFCB"
_SMALL, _RESULT = "Umkreis Small", "Umkreis Result"
_LOOKS = {LIST: "List Bullet", SOFT: _SMALL, STRONG: _RESULT}
_NARROWEST, _WIDEST = 1.2, 7.0  # columns, cm


def paper_docx(pages: Pages) -> bytes:
    """Write a paper as a document."""
    document = Document()
    _set_page(document)
    _set_styles(document, pages.language)
    _set_properties(document, pages)
    if pages.author:
        document.add_paragraph(pages.author, style=_SMALL)
    document.add_heading(pages.title, 0)
    document.add_paragraph(" · ".join(pages.about), style=_SMALL)
    for number, section in enumerate((*pages.sections, pages.end), start=1):
        _write_section(document, section, number, pages)
    _write_footer(document, pages)
    file = io.BytesIO()
    document.save(file)
    return undated_office(file.getvalue())


def _set_page(document: Doc) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm((21.0 - _WIDTH_CM) / 2)
    page.top_margin, page.bottom_margin = Cm(2.0), Cm(2.0)


def _set_styles(document: Doc, language: str) -> None:
    styles = document.styles
    for name, size in (("Title", 22), ("Heading 1", 14)):
        style = styles[name]
        style.font.size, style.font.name = Pt(size), "Calibri"
        style.font.color.rgb = RGBColor.from_string(_INK if name == "Title" else _BRAND)
        fonts = style.element.get_or_add_rPr().find(qn("w:rFonts"))
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)  # else the theme's font would be taken
    normal = styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(4)
    small = styles.add_style(_SMALL, WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = normal
    small.font.size, small.font.color.rgb = Pt(9), RGBColor.from_string(_SOFT)
    result = styles.add_style(_RESULT, WD_STYLE_TYPE.PARAGRAPH)
    result.base_style = normal
    result.font.size, result.font.bold = Pt(11.5), True
    for each in styles.element.iter(qn("w:lang")):
        each.set(qn("w:val"), _LOCALES.get(language, language))


def _set_properties(document: Doc, pages: Pages) -> None:
    about = document.core_properties
    about.title, about.author = pages.title[:255], pages.author[:255]
    about.language, about.comments = _LOCALES.get(pages.language, pages.language), ""
    about.last_modified_by = ""
    about.created = about.modified = datetime.now(UTC).replace(tzinfo=None)


def _write_section(document: Doc, section: Section, number: int, pages: Pages) -> None:
    if section.title:
        document.add_heading(f"{number}  {section.title}", 1)
    if section.question:
        document.add_paragraph(
            section.question, style=_SMALL
        ).paragraph_format.keep_with_next = True
    for block in section.blocks:
        _write(document, block, pages)


def _write(document: Doc, block: Block, pages: Pages) -> None:
    if isinstance(block, Words):
        for line in block.lines:
            document.add_paragraph(line, style=_LOOKS.get(block.look))
    elif isinstance(block, Table):
        _write_table(document, block)
    else:
        _write_figure(document, block, pages)


def _write_figure(document: Doc, figure: Figure, pages: Pages) -> None:
    picture = document.add_paragraph()
    picture.paragraph_format.keep_with_next = True
    _add_picture(picture, figure.map.drawing, _FIGURE_CM)
    legend = document.add_paragraph(style=_SMALL)
    legend.paragraph_format.keep_with_next = True
    for item in figure.map.legend:
        _add_picture(legend, item.drawing, _SWATCH_CM)
        legend.add_run(f"\u00a0{item.text}    ")
    caption = document.add_paragraph(style=_SMALL)
    caption.add_run(figure.caption).font.color.rgb = RGBColor.from_string(_INK)
    caption.add_run(" " + " · ".join(pages.attributions))


def _add_picture(paragraph: Paragraph, drawing: Drawing, width_cm: float) -> None:
    """Put a drawing in; one without words for it is said to be decoration."""
    width_px = round(width_cm / _CM_PER_INCH * DPI)
    file = io.BytesIO(to_png(drawing, width_px=width_px, dpi=DPI))
    shape = paragraph.add_run().add_picture(file, width=Cm(width_cm))
    shape._inline.docPr.set("descr", drawing.alt)


def _write_table(document: Doc, table: Table) -> None:
    caption = document.add_paragraph()
    caption.add_run(table.caption).bold = True
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before = Pt(8)
    grid = document.add_table(1, len(table.heads))
    grid.autofit = False
    _set_borders(grid)
    widths = _widths(table)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Cm(width)
    _fill(grid.rows[0], table.heads, table, widths, is_bold=True)
    _say(grid.rows[0], "w:tblHeader")
    for place, cells in enumerate(table.rows):
        is_total = place >= len(table.rows) - table.total
        _fill(grid.add_row(), cells, table, widths, is_bold=is_total)
    for row in grid.rows:
        _say(row, "w:cantSplit")
    document.add_paragraph(style=_SMALL).paragraph_format.space_after = Pt(2)


def _widths(table: Table) -> list[float]:
    """Share the page out among the columns, by their longest text, in cm."""
    rows = (table.heads, *table.rows)
    wanted = [
        min(max(max(word_width(row[i], 9.0) for row in rows) / 28.3 + 0.5, _NARROWEST), _WIDEST)
        for i in range(len(table.heads))
    ]
    if (whole := sum(wanted)) <= _WIDTH_CM:
        return [each * _WIDTH_CM / whole for each in wanted]
    # what is narrow stays so, the wide columns share what is left
    fair = _WIDTH_CM / len(wanted)
    narrow = sum(each for each in wanted if each <= fair)
    scale = (_WIDTH_CM - narrow) / (whole - narrow)
    return [each if each <= fair else each * scale for each in wanted]


def _fill(
    row: GridRow, texts: Sequence[str], table: Table, widths: Sequence[float], *, is_bold: bool
) -> None:
    for i, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        cell.width = Cm(widths[i])
        _write_cell(cell, text, is_bold=is_bold, is_number=i in table.numeric)


def _write_cell(cell: Cell, text: str, *, is_bold: bool, is_number: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(9), is_bold
    if is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _set_borders(grid: Grid) -> None:
    """Draw thin lines between the rows."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _LINE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    layout = grid._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(borders)  # their order is prescribed (ECMA-376, CT_TblPrBase)


def _say(row: GridRow, name: str) -> None:
    """Say something of a row: that it is a head that comes again, or that it is not cut."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _write_footer(document: Doc, pages: Pages) -> None:
    footer = document.sections[0].footer.paragraphs[0]
    footer.style = document.styles[_SMALL]
    footer.add_run(" · ".join(pages.attributions) + "   ")
    _add_field(footer, "PAGE")
    footer.add_run(" / ")
    _add_field(footer, "NUMPAGES")


def _add_field(paragraph: Paragraph, name: str) -> None:
    """Put in a number that the program counts."""
    for kind in ("begin", None, "separate", "end"):
        run: Any = paragraph.add_run()._r
        if kind is None:
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {name} "
            run.append(text)
            continue
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run.append(mark)
