"""The catalogue written out and read again: whole procedures in JSON, lists in workbooks."""
