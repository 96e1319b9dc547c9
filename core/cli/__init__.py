"""The command line: `sunmao`."""
