"""How much a file may hold; beyond it the file is refused before anything is stored."""

MAX_COLUMNS = 200
MAX_CELL = 32_767
MAX_ROWS_CSV = 1_000_000
MAX_ROWS_XLSX = 50_000
MAX_ZIP_ENTRIES = 1_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 200
RATIO_COUNTS_FROM = 5 * 1024 * 1024
MAX_KEPT_ERRORS = 10_000
MAX_EXPORT_ROWS = 200_000
MAX_EXPORT_AT_ONCE = 2_000  # more rows are written by a job
