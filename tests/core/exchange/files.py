"""Files for the upload gate, made on the spot: honest ones and hostile ones."""

import io
import warnings
import zipfile

import xlsxwriter

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
WORKBOOK_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def xlsx(rows):
    """Return a workbook that an office program would write."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        sheet.write_row(line, 0, row)
    book.close()
    return stream.getvalue()


def workbook_with_sheet(sheet_xml, extra=(), place="worksheets/sheet1.xml", before=()):
    """Return a workbook whose only sheet is the given XML, kept at `place` below xl/."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELS)
        archive.writestr("xl/workbook.xml", WORKBOOK)
        rels = WORKBOOK_RELS.replace("worksheets/sheet1.xml", place)
        archive.writestr("xl/_rels/workbook.xml.rels", rels)
        with warnings.catch_warnings():  # of names that are there already
            warnings.simplefilter("ignore")
            for name, content in before:
                archive.writestr(name, content)
            archive.writestr(f"xl/{place}", sheet_xml)
        for name, content in extra:
            archive.writestr(name, content)
    return stream.getvalue()


def sheet(cells):
    """Return the XML of a sheet with the given (address, text) cells, one a row."""
    rows = "".join(
        f'<row r="{address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{address}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for address, text in cells
    )
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def lying_zip():
    """Return a workbook whose directory declares a tiny size for a large entry."""
    content = workbook_with_sheet(sheet([("A1", "x" * 3_000_000)]))
    raw = bytearray(content)
    true_size = len(sheet([("A1", "x" * 3_000_000)])).to_bytes(4, "little")
    position = 0
    while (position := raw.find(true_size, position)) != -1:
        raw[position : position + 4] = (100).to_bytes(4, "little")
        position += 4
    return bytes(raw)


DECOY = "<sst>" + "<si><t></t></si>" * 2 + "</sst>"
HEAVY = {  # how the one sheet is put before the reader
    "shared text in many cells": {},
    "heavy sheet in another folder": {"place": "tables/sheet1.xml"},
    "heavy sheet of another kind": {"place": "worksheets/sheet1.dat"},
    "heavy sheet further down": {"place": "worksheets/deep/sheet1.xml"},
    "heavy sheet with a light twin": {
        "before": [("xl/worksheets/SHEET1.xml", "<worksheet><sheetData/></worksheet>")]
    },
    "heavy sheet with other shared texts first": {"before": [("docs/sharedStrings.xml", DECOY)]},
    "fifty light sheets of one name": {
        "before": [("xl/worksheets/sheet1.xml", "<worksheet/>")] * 50
    },
}
HOSTILE = {
    "empty": b"",
    "only blanks": b"\n\n  \n",
    "headings only": b"name,grade\n",
    "nul": b"name,grade\nAcme\x00,A\n",
    "nul in utf-16": "name,grade\nAc\x00me,A\n".encode("utf-16"),
    "lone surrogate in utf-16": b"\xff\xfe" + "name\n".encode("utf-16-le") + b"\x00\xd8x\x00",
    "surrogate in utf-8": b"\xef\xbb\xbfname\n\xed\xa0\x80\n",
    "a million columns": b"name\n" + b"," * 1_000_000 + b"\n",
    "a million headings": b"a," * 1_000_000 + b"\nx\n",
    "huge field": b"name\n" + b"x" * 200_000 + b"\n",
    "a cell of 100 MB": None,
    "a quoted cell of 100 MB": None,
    "a row that never ends": None,
    "a row that never ends over many lines": None,
    "cell just too long": b"name\n" + b"x" * 33_000 + b"\n",
    "unclosed quotation mark": b'name,grade\n"Acme,A\nBeta,B\n',
    "stray quotation mark": b'name,grade\n"Ac"me,A\n',
    "not text": bytes(range(128, 256)) * 50 + b"\xff\xff\xff",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10,
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 10,
    "pdf of text": b"%PDF-1.4\n1 0 obj\n<< /Type, /Catalog >>\nendobj\ntrailer,x\n%%EOF\n",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(1, 256)) * 40,
    "rich text": b"{\\rtf1\\ansi, Hello\n world, x}\n",
    "gzip": b"\x1f\x8b\x08\x08" + bytes(range(1, 200)) * 20,
    "program for windows": b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"
    + bytes(range(256)) * 40,
    "program for linux": b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 40,
    "control characters": b"name,grade\n" + b"\x01\x02\x03\x04,\x05\n" * 10,
    "old excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
    "truncated zip": xlsx([["name"], ["x"]])[:-80],
    "zip start only": b"PK\x03\x04",
    "zip that is no workbook": None,
    "zip bomb": None,
    "many entries": None,
    "lying size": None,
    **dict.fromkeys(HEAVY),
    "far cell": workbook_with_sheet(sheet([("A1", "name"), ("XFD1048576", "x")])),
    "far row": workbook_with_sheet(sheet([("A1", "name"), ("A60000", "x")])),
    "far column": workbook_with_sheet(sheet([("A1", "name"), ("ZZ2", "x")])),
    "broken sheet": workbook_with_sheet("<worksheet><sheetData><row"),
    "no sheet data": workbook_with_sheet("<worksheet/>"),
    "entity bomb": workbook_with_sheet(
        '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        + sheet([("A1", "&b;&b;&b;")])
    ),
}


ENDLESS = {
    "a cell of 100 MB": (b"name\n", b"x" * 1_000_000, 100),
    "a quoted cell of 100 MB": (b'name\n"', b"x" * 1_000_000, 100),
    "a row that never ends": (b"name\n", b"," * 1_000_000, 30),
    "a row that never ends over many lines": (b"name\n", b'"\n",' * 1_000_000, 8),
}


def hostile(name):
    """Return a hostile file; the large ones are made only when asked for."""
    if HOSTILE[name] is not None:
        return HOSTILE[name]
    if name in ENDLESS:
        start, again, times = ENDLESS[name]
        return start + again * times
    stream = io.BytesIO()
    if name == "lying size":
        return lying_zip()
    if name in HEAVY:  # 60 kB stand for 750 MB
        cells = '<c t="s"><v>1</v></c>' * 24
        rows = '<row><c t="s"><v>0</v></c></row>' + f"<row>{cells}</row>" * 1_000
        texts = f"<sst><si><t>name</t></si><si><t>{'x' * 32_000}</t></si></sst>"
        sheet_xml = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
        return workbook_with_sheet(sheet_xml, [("xl/sharedStrings.xml", texts)], **HEAVY[name])
    if name == "zip bomb":
        return workbook_with_sheet(
            sheet([("A1", "name")]), [("xl/media/x.xml", bytes(120_000_000))]
        )
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        if name == "many entries":
            archive.writestr("xl/workbook.xml", WORKBOOK)
            for number in range(1_200):
                archive.writestr(f"xl/{number}.xml", "x")
        else:
            archive.writestr("hello.txt", "hello")
    return stream.getvalue()
