"""Files in and files out: the import wizard and the only export path."""
