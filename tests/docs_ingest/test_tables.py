"""What the rows of a table say when they are read alone, on PDFs that are set as filings are."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from reportlab.pdfgen.canvas import Canvas

from docs_ingest.derive import Derived, derive
from docs_ingest.limits import Limits
from docs_ingest.readers.read import read_document
from docs_ingest.tables import row_reading
from docs_ingest.uploads import Upload, new_version
from stores.ids import FixedClock
from stores.records import NodeKind, Tree

WIDTH, HEIGHT = 612.0, 792.0
CLOCK = FixedClock(datetime(2026, 1, 5, tzinfo=UTC))
PITCH = 14.0
PROSE = "The company closed the year with more cash than it had planned for, as it says in the notes below."

# A printed line: (text, edge) left-aligned at the edge; (text, edge, "r") right-aligned, (text, edge, "c") centred.
Piece = tuple[str, float] | tuple[str, float, str]
Line = Sequence[Piece]
ONE, TWO, THREE, FOUR = 330.0, 405.0, 480.0, 555.0  # right edges of columns
CENTRE = WIDTH / 2


def page(*printed: Line, size: float = 9.0, small: Sequence[int] = ()) -> tuple[Sequence[Line], float, Sequence[int]]:
    """Lines from the top of a page; the `small` ones, by number, are set in smaller type."""
    return printed, size, small


def read(*pages: tuple[Sequence[Line], float, Sequence[int]]) -> tuple[Derived, list[str]]:
    """A PDF of these pages, derived, and the reading of each row of its tables that is no head."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT), invariant=1)
    for printed, size, small in pages:
        for i, line in enumerate(printed):
            canvas.setFont("Helvetica", size * 0.8 if i in small else size)
            for words, edge, *how in line:
                draw = {"r": canvas.drawRightString, "c": canvas.drawCentredString}.get(
                    how[0] if how else "", canvas.drawString
                )
                draw(edge, HEIGHT - 60 - PITCH * i, words)
        canvas.showPage()
    canvas.save()
    made = derive(read_document(stream.getvalue(), "filing.pdf", Limits(), lambda page, pages: None), "filing")
    version = new_version(Upload(stream.getvalue(), "filing.pdf", "filing"), made, None, None, CLOCK)
    tree = Tree(version, made.text, made.nodes, made.lines, made.tables)
    heads = {row.address for table in made.tables for row in table.rows if row.header}
    rows = (node.address for node in made.nodes if node.kind is NodeKind.ROW and node.address not in heads)
    return made, [row_reading(tree, address) or "" for address in rows]


def figures(label: str, *amounts: str, left: float = 60.0) -> Line:
    """A row of a statement: a label and its amounts, the last in the last column."""
    edges = (ONE, TWO, THREE, FOUR)[-len(amounts) :]
    return [(label, left), *((amount, edge, "r") for amount, edge in zip(amounts, edges, strict=True))]


def test_heads_over_pairs_of_columns_are_each_columns_head() -> None:
    _, rows = read(
        page(
            [("CONSOLIDATED STATEMENTS OF OPERATIONS", CENTRE, "c")],
            [("(In thousands, except per share data)", CENTRE, "c")],
            [("Three Months Ended", (ONE + TWO) / 2 - 15, "c"), ("Six Months Ended", (THREE + FOUR) / 2 - 15, "c")],
            [("June 30,", (ONE + TWO) / 2 - 15, "c"), ("June 30,", (THREE + FOUR) / 2 - 15, "c")],
            [(year, edge - 15, "c") for year, edge in zip(("2023", "2022") * 2, (ONE, TWO, THREE, FOUR), strict=True)],
            [("Revenues", 60)],
            figures("Casino", "1,951,382", "1,357,134", "3,833,810", "2,778,044", left=70),
            figures("Rooms", "815,323", "774,732", "1,663,811", "1,331,805", left=70),
        )
    )
    assert rows[-1] == (
        "CONSOLIDATED STATEMENTS OF OPERATIONS (In thousands, except per share data) › Revenues › Rooms: "
        "Three Months Ended June 30, 2023: 815,323; Three Months Ended June 30, 2022: 774,732; "
        "Six Months Ended June 30, 2023: 1,663,811; Six Months Ended June 30, 2022: 1,331,805"
    )


@pytest.mark.parametrize("small", [(), (2,)], ids=["same type", "smaller type"])
def test_heads_stand_above_the_first_labels_and_may_be_smaller(small: Sequence[int]) -> None:
    _, rows = read(
        page(
            [("CONSOLIDATED BALANCE SHEETS", CENTRE, "c")],
            [("(Dollars in millions)", CENTRE, "c")],
            [("2022", THREE - 22, "c"), ("2021", FOUR - 22, "c")],
            [("Assets", 60)],
            [("Current assets", 60)],
            figures("Cash", "$ 14,127", "$ 14,487"),
            figures("Inventories", "12,483", "10,387"),
            small=small,
        )
    )
    assert rows[-1].endswith("Current assets › Inventories: 2022: 12,483; 2021: 10,387")
    assert rows[-1].startswith("CONSOLIDATED BALANCE SHEETS (Dollars in millions)")


def test_a_title_over_the_whole_table_is_its_caption_and_no_head() -> None:
    _, rows = read(
        page(
            [("Store Update", CENTRE, "c")],
            [("opened", 210, "c"), ("closed", 330, "c"), ("at the end", 540, "c")],
            [("First quarter", 60), ("10", 215, "r"), ("4", 335, "r"), ("1,318", 550, "r")],
            [("Second quarter", 60), ("7", 215, "r"), ("0", 335, "r"), ("1,325", 550, "r")],
        )
    )
    assert rows[-1] == "Store Update › Second quarter: opened: 7; closed: 0; at the end: 1,325"


def test_figures_without_labels_above_all_others_are_heads() -> None:
    _, rows = read(
        page(
            [("737", TWO, "r"), ("747", THREE, "r"), ("Total", FOUR, "r")],
            [("2022", 60)],
            figures("Deliveries", "387", "5", "480"),
            figures("Undelivered", "2,590", "0", "3,460"),
        )
    )
    assert rows[-1].endswith("Undelivered: 737: 2,590; 747: 0; Total: 3,460")


def test_the_page_before_gives_no_caption_but_a_sentence_that_leads_to_the_table() -> None:
    table = [
        [("2022", THREE, "r"), ("2021", FOUR, "r")],
        figures("Cash", "14,127", "14,487"),
        figures("Inventories", "12,483", "10,387"),
    ]
    signed = [*([(PROSE, 60)] for _ in range(30)), [("/s/ Some Auditor LLP", 60)], [("Seattle, Washington", 60)]]
    _, rows = read(page(*signed), page([("BALANCE SHEETS", CENTRE, "c")], *table))
    assert rows[-1] == "BALANCE SHEETS › Inventories: 2022: 12,483; 2021: 10,387"
    _, rows = read(page(*signed, [("Balances were as follows:", 60)]), page(*table))
    assert rows[-1].endswith("Balances were as follows: › Inventories: 2022: 12,483; 2021: 10,387")


def test_a_currency_sign_belongs_to_the_figure_after_it() -> None:
    _, rows = read(
        page(
            [("2022", THREE, "r"), ("2021", FOUR, "r")],
            [("Total assets", 60), ("$ 5,370,411", THREE, "r"), ("$", THREE + 3), ("4,764,379", FOUR, "r")],
            figures("Total liabilities", "3,410,600", "3,229,006"),
        )
    )
    assert rows[0].endswith("Total assets: 2022: $ 5,370,411; 2021: $ 4,764,379")


def test_what_stands_off_below_a_table_in_its_columns_belongs_to_it() -> None:
    long = "Adjusted earnings from operations before provision for taxes, as defined in the notes"
    made, rows = read(
        page(
            [("Amount", ONE, "r"), ("%", TWO, "r"), ("Prior", THREE, "r"), ("Change", FOUR, "r")],
            figures("Sales", "23,706", "100.0", "24,804", "(4.4)"),
            figures("Net earnings", "3,520", "14.8", "4,736", "(25.7)"),
            [],
            [],
            [("Effective tax rate", 60), ("16.2", ONE, "r"), ("2.1", THREE, "r")],
            [],
            [(long, 60)],
            figures("Net earnings", "6,218", "26.2", "5,678", "9.5"),
            figures("Sales", "7,418", "31.3", "6,339", "17.0"),
        )
    )
    assert len(made.tables) == 1
    assert rows[2].endswith("Effective tax rate: Amount: 16.2; Prior: 2.1")
    assert rows[-1].endswith("Sales: Amount: 7,418; %: 31.3; Prior: 6,339; Change: 17.0")


def test_a_total_stands_under_what_it_names_and_ends_it() -> None:
    _, rows = read(
        page(
            [("2022", THREE, "r"), ("2021", FOUR, "r")],
            [("ASSETS", 60)],
            [("Current assets:", 60)],
            figures("Cash", "1,100", "1,000", left=70),
            figures("Total current assets", "1,100", "1,000", left=80),
            figures("Goodwill", "2,200", "2,000"),
            figures("TOTAL ASSETS", "3,300", "3,000"),
            [("LIABILITIES AND EQUITY", 60)],
            [("Commitments and contingencies", 60)],
            figures("Total equity", "3,300", "3,000"),
        )
    )
    assert [row.split(": 2022")[0] for row in rows if "2022" in row] == [
        "ASSETS › Current assets › Cash",
        "ASSETS › Current assets › Total current assets",
        "ASSETS › Goodwill",
        "ASSETS › TOTAL ASSETS",
        "LIABILITIES AND EQUITY › Total equity",
    ]


def test_a_row_that_is_level_with_a_head_ends_it_after_rows_that_stood_deeper() -> None:
    _, rows = read(
        page(
            [("2022", THREE, "r"), ("2021", FOUR, "r")],
            [("Interest:", 60)],
            figures("Debt", "1,100", "1,000", left=70),
            figures("Finance lease", "200", "300", left=70),
            figures("Income before taxes", "3,300", "3,000"),
        )
    )
    assert rows[2].startswith("Interest › Finance lease: ")
    assert rows[3].startswith("Income before taxes: ")


def test_a_table_goes_on_at_the_top_of_the_next_page_under_the_name_of_its_part() -> None:
    first = page(
        [("Sales by segment", 60)],
        [("2022", TWO, "r"), ("2021", THREE, "r"), ("Change", FOUR, "r")],
        [("Pharmaceutical", 60)],
        *(figures(f"Country {n}", f"1,{n}0", f"1,{n}5", "2.5") for n in range(10, 45)),
    )
    named = page([("Devices", 60)], *(figures(f"Country {n}", f"2,{n}0", f"2,{n}5", "3.5") for n in range(10, 14)))
    _, rows = read(first, named)
    assert rows[-1] == "Sales by segment · Devices › Country 13: 2022: 2,130; 2021: 2,135; Change: 3.5"
    _, rows = read(first, page([(PROSE, 60)], *named[0][1:]))
    assert "2022" not in rows[-1], "prose between them parts two tables"


def test_units_days_and_periods_over_columns_are_no_headings() -> None:
    bold = (
        "In Millions",
        "December 31, 2022",
        "For the Years Ended December 31, 2022 and 2021",
        "Fiscal Year",
        "(Unaudited)",
    )
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT), invariant=1)
    for i, words in enumerate(("Liquidity", *bold)):
        canvas.setFont("Helvetica-Bold", 9)
        canvas.drawString(60, HEIGHT - 60 - 100 * i, words)
        canvas.setFont("Helvetica", 9)
        for n in range(4):
            canvas.drawString(60, HEIGHT - 84 - 100 * i - 12 * n, PROSE)
    canvas.save()
    made = derive(read_document(stream.getvalue(), "filing.pdf", Limits(), lambda page, pages: None), "filing")
    titles = {node.title for node in made.nodes if node.kind is NodeKind.SECTION}
    assert "Liquidity" in titles
    assert not titles & set(bold)
