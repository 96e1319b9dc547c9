"""Files attached to records: stored beside the database, read only through their record."""
