"""The file of refused rows: the original columns and why each row was refused."""

from core.exchange.export import ExportFile, write_file
from core.exchange.queries import own_import, row_errors
from core.i18n import gettext as _
from core.unit_of_work import current_session


def bad_rows_file(import_id: int) -> ExportFile:
    """Return the refused rows of an own import as CSV; mended, it can be imported again."""
    session = current_session()
    run = own_import(session, import_id)
    width = len(run.headings)
    titles = [*run.headings, _("Row"), _("Reason")]
    rows = (
        [*(list(error.cells) + [""] * width)[:width], error.row_number, error.reason]
        for error in row_errors(session, import_id)
    )
    return write_file(titles, rows, fmt="csv", name=f"refused-{import_id}")
