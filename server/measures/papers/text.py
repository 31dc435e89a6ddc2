"""A paper for a terminal: the same blocks as plain text, without its maps."""

from __future__ import annotations

from server.measures.papers.blocks import LIST, Block, Pages, Table, Words


def paper_text(pages: Pages) -> str:
    """Write a paper as lines."""
    lines = [pages.title, "=" * len(pages.title), *filter(None, (pages.author,)), *pages.about]
    for number, section in enumerate((*pages.sections, pages.end), start=1):
        title = f"{number}  {section.title}"
        lines += ["", title, "-" * len(title), *filter(None, (section.question,))]
        for block in section.blocks:
            lines += _lines(block)
    return "\n".join([*lines, "", *pages.attributions, ""])


def _lines(block: Block) -> list[str]:
    if isinstance(block, Words):
        return [f"- {line}" if block.look == LIST else line for line in block.lines]
    if isinstance(block, Table):
        return _table(block)
    return []


def _table(table: Table) -> list[str]:
    """Write a table as wide as its texts."""
    rows = (table.heads, *table.rows)
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.heads))]
    written = [
        "  ".join(
            cell.rjust(widths[i]) if i in table.numeric else cell.ljust(widths[i])
            for i, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]
    return ["", table.caption, *written, ""]
