"""
The program that opens strangers' files, run as a child with little memory and little time.

It imports nothing of the project, and its modules import each other relatively: `sandbox` starts it
in an interpreter that knows no other path. Parsers are imported only after the limits are set.
"""
