"""A Word document in the layout of GB/T 9704: A4, its margins and type sizes, page numbers on the outer side.

No red head, number or seal: it must not look like an issued document. The typefaces of official papers are
proprietary, so they are named, never embedded, each with a free one to fall back on. The same text gives
the same bytes.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from dashboards.wording.language import Words

MARGINS_MM = {"top": 37, "left": 28, "right": 26, "bottom": 35}
TITLE_PT, BODY_PT, TABLE_PT, FOOT_PT, LEADING_PT = 22, 16, 10.5, 14, 28.9
TITLE_FACE, HEAD_FACE, BODY_FACE, FOOT_FACE = "方正小标宋简体", "黑体", "仿宋", "宋体"
FALLBACKS = {
    TITLE_FACE: "Noto Serif CJK SC",
    HEAD_FACE: "Noto Sans CJK SC",
    BODY_FACE: "Noto Serif CJK SC",
    FOOT_FACE: "Noto Serif CJK SC",
}
LATIN_FACE = "Times New Roman"
_ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)


class Document:
    """One paper, written from top to bottom."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._docx = docx.Document()
        self._indent = words.lang == "zh"
        self._speak()
        page = self._docx.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.top_margin, page.bottom_margin = Mm(MARGINS_MM["top"]), Mm(MARGINS_MM["bottom"])
        page.left_margin, page.right_margin = Mm(MARGINS_MM["left"]), Mm(MARGINS_MM["right"])
        page.footer_distance = Mm(28)
        self._docx.settings.odd_and_even_pages_header_footer = True
        self._foot(page.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
        self._foot(page.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)

    def title(self, text: str, below: str) -> None:
        """The title, and the line under it."""
        self._centred(text, TITLE_PT, TITLE_FACE)
        self._centred(below, BODY_PT, BODY_FACE)
        self._leading(self._docx.add_paragraph())

    def section(self, heading: str, paragraphs: Sequence[str]) -> None:
        """A heading and its paragraphs."""
        head = self._leading(self._docx.add_paragraph())
        head.paragraph_format.keep_with_next = True
        self._indented(head)
        _set(head.add_run(heading), BODY_PT, HEAD_FACE)
        self.sentences(paragraphs)

    def remark(self, text: str) -> None:
        """A paragraph in small type."""
        _set(self._docx.add_paragraph().add_run(text), FOOT_PT, BODY_FACE)

    def sentences(self, paragraphs: Sequence[str]) -> None:
        """More paragraphs of the section."""
        for text in paragraphs:
            body = self._indented(self._leading(self._docx.add_paragraph()))
            _set(body.add_run(text), BODY_PT, BODY_FACE)

    def picture(self, png: bytes, width_mm: float, caption: str) -> None:
        """A picture in the middle, and what it shows in small type below."""
        paragraph = self._docx.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(width_mm))
        shape._inline.docPr.set("descr", caption)
        below = self._docx.add_paragraph()
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _set(below.add_run(caption), TABLE_PT, BODY_FACE)

    def table(
        self,
        head: Sequence[str],
        widths_mm: Sequence[float],
        rows: Sequence[Sequence[str]],
        height_mm: float = 0,
    ) -> None:
        """A table whose head returns on every page; a line break in a cell is kept.

        Args:
            head: of the columns.
            widths_mm: of the columns.
            rows: cells of each row.
            height_mm: rows are at least that high, for writing into.
        """
        table = self._docx.add_table(rows=0, cols=len(head), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        for n, texts in enumerate([head, *rows]):
            row = table.add_row()
            row.height = Mm(height_mm) if n else None
            properties = row._tr.get_or_add_trPr()
            properties.append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
            if n == 0:
                properties.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
            for cell, text, width in zip(row.cells, texts, widths_mm, strict=True):
                cell.width = Mm(width)
                _set(cell.paragraphs[0].add_run(text), TABLE_PT, HEAD_FACE if n == 0 else BODY_FACE)
        self._docx.add_paragraph()

    def to_bytes(self, day: date) -> bytes:
        """The file, dated that day."""
        stamp = datetime.combine(day, time())
        properties = self._docx.core_properties
        properties.created = properties.modified = stamp
        properties.author = properties.last_modified_by = ""
        properties.title, properties.comments = self._words("paper.title"), ""
        self._name_fallbacks()
        loose = io.BytesIO()
        self._docx.save(loose)
        return _same_bytes(loose.getvalue())

    def _speak(self) -> None:
        """Chinese is the mainland's; figures are not Chinese, so that no number is broken at a line's end."""
        default = self._docx.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}/{qn('w:lang')}")
        default.set(qn("w:val"), "en-GB")
        default.set(qn("w:eastAsia"), "zh-CN")

    def _centred(self, text: str, size: float, face: str) -> None:
        paragraph = self._leading(self._docx.add_paragraph())
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _set(paragraph.add_run(text), size, face)

    def _leading(self, paragraph: Paragraph) -> Paragraph:
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LEADING_PT)
        form.space_before = form.space_after = Pt(0)
        return paragraph

    def _indented(self, paragraph: Paragraph) -> Paragraph:
        if self._indent:
            paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_PT)
        return paragraph

    def _foot(self, paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH) -> None:
        """The page's number on that side, one character in from the edge."""
        paragraph.alignment = side
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = Pt(FOOT_PT)
        before, after = self._words("paper.page", page="\x00").split("\x00")
        _set(paragraph.add_run(before), FOOT_PT, FOOT_FACE)
        field = paragraph.add_run()
        _set(field, FOOT_PT, FOOT_FACE)
        for part in (
            '<w:fldChar {} w:fldCharType="begin"/>',
            '<w:instrText {} xml:space="preserve">PAGE</w:instrText>',
            '<w:fldChar {} w:fldCharType="end"/>',
        ):
            field._r.append(parse_xml(part.format(nsdecls("w"))))
        _set(paragraph.add_run(after), FOOT_PT, FOOT_FACE)

    def _name_fallbacks(self) -> None:
        fonts = next(
            relation.target_part
            for relation in self._docx.part.rels.values()
            if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE
        )
        tree = parse_xml(fonts.blob)
        for face, other in FALLBACKS.items():
            tree.append(
                parse_xml(
                    f'<w:font {nsdecls("w")} w:name="{face}"><w:altName w:val="{other}"/>'
                    f'<w:charset w:val="86"/><w:family w:val="{"swiss" if face == HEAD_FACE else "roman"}"/></w:font>'
                )
            )
        fonts._blob = serialize_part_xml(tree)


def _set(run: Run, size: float, face: str) -> None:
    run.font.size, run.font.name = Pt(size), LATIN_FACE
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _same_bytes(archive: bytes) -> bytes:
    """The archive with every file's moment set to the same."""
    repacked = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(repacked, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, _ZIP_MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(entry.filename))
    return repacked.getvalue()
