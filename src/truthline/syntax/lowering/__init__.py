"""LibCST's trees as `ast`: how syntax newer than the interpreter is read.

It is imported when the interpreter has refused a file, and not before: LibCST takes longer to import than most files
take to read.
"""
