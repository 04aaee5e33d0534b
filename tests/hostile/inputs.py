"""Bad input, one kind a function: each writes one entry into a directory and says what must become of it.

`READ` means that the file is analysed; a text means TL001 with a reason that holds these words.
"""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

READ = ""
Write = Callable[[Path], None]
MEGABYTE = 1_000_000


def text(content: str | bytes) -> Write:
    """A file with this content."""
    return lambda path: _write(path, content)


def made(make: Callable[[], str | bytes]) -> Write:
    """A file whose content is made when it is written, for it is large."""
    return lambda path: _write(path, make())


def _write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))


def _ifs(depth: int) -> str:
    return "".join(f"{' ' * level}if x:\n" for level in range(depth)) + " " * depth + "pass\n"


def _blocks(depth: int) -> str:
    return "".join(f"{' ' * level}def f{level}():\n" for level in range(depth)) + " " * depth + "pass\n"


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's address is short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


def _unreadable(path: Path) -> None:
    path.write_text("x = 1\n")
    path.chmod(0)


def link(target: str) -> Write:
    """A symbolic link."""
    return lambda path: path.symlink_to(target)


TEXTS: dict[str, tuple[Write, str]] = {
    # nesting
    "parens_100": (text("x = " + "(" * 100 + "1" + ")" * 100), READ),
    "parens_199": (text("x = " + "(" * 199 + "1" + ")" * 199), READ),
    "parens_1400": (text("x = " + "(" * 1_400 + "1" + ")" * 1_400), "nest"),
    "parens_100000": (text("(" * 100_000), "nest"),
    "brackets_open": (text("x = " + "[" * 150), "does not parse"),
    "lists_190": (text("x = " + "[" * 190 + "]" * 190), READ),
    "dicts_190": (text("x = " + "{1: " * 190 + "0" + "}" * 190), READ),
    "calls_nested_190": (text("x = " + "f(" * 190 + ")" * 190), READ),
    "lambdas_90": (text("x = " + "lambda: " * 90 + "0\n"), READ),
    "lambdas_5000": (text("x = " + "lambda: " * 5_000 + "0\n"), "nest"),
    "nots_50000": (text("x = " + "not " * 50_000 + "0\n"), "nest"),
    "minuses_100000": (text("x = " + "-" * 100_000 + "1\n"), "nest"),
    "powers_5000": (text("x = " + "**".join(["2"] * 5_000)), "nest"),
    "ternaries_5000": (text("x = " + "1 if a else " * 5_000 + "0\n"), "nest"),
    "fstrings_nested": (text("x = " + "f'{" * 140 + "1" + "}'" * 140), "does not parse"),
    "format_specs_nested": (text("x = f'" + "{x:" * 100 + "}" * 100 + "'"), "does not parse"),
    "ifs_99": (made(lambda: _ifs(99)), READ),
    "ifs_101": (made(lambda: _ifs(101)), "too many levels of indentation"),
    "functions_nested_99": (made(lambda: _blocks(99)), READ),
    "elifs_3000": (text("if a: pass\n" + "elif b: pass\n" * 3_000), ""),
    "elifs_20000": (text("if a: pass\n" + "elif b: pass\n" * 20_000), "nest"),
    "patterns_nested": (text("match x:\n  case " + "[" * 190 + "]" * 190 + ": pass\n"), READ),
    # width
    "operands_2900": (text("x = " + " + ".join(["1"] * 2_900)), READ),
    "operands_100000": (text("x = " + "+".join(["1"] * 100_000)), "nest"),
    "compares_100000": (text("x = " + "<".join(["1"] * 100_000)), READ),
    "ands_100000": (text("x = " + " and ".join(["a"] * 100_000)), READ),
    "attributes_5000": (text("x = a" + ".b" * 5_000), "nest"),
    "calls_chained_5000": (text("x = a" + "()" * 5_000), "nest"),
    "subscripts_chained_5000": (text("x = a" + "[0]" * 5_000), "nest"),
    "strings_joined_100000": (text("x = " + "'a' " * 100_000), READ),
    "targets_20000": (text(" = ".join(f"a{one}" for one in range(20_000)) + " = 1\n"), READ),
    "parameters_20000": (text("def f(" + ", ".join(f"a{one}" for one in range(20_000)) + "): pass\n"), READ),
    "arguments_50000": (text("f(" + ", ".join(["1"] * 50_000) + ")\n"), READ),
    "decorators_2000": (text("@a\n" * 2_000 + "def f(): pass\n"), READ),
    "imports_50000": (text("import " + ", ".join(f"a{one}" for one in range(50_000)) + "\n"), READ),
    "generators_500": (text("x = [a" + " for a in b" * 500 + "]\n"), ""),
    # length
    "line_20_megabytes": (made(lambda: "x = '" + "a" * 20 * MEGABYTE + "'\n"), "is too large"),
    "string_1_megabyte": (made(lambda: "x = '" + "a" * MEGABYTE + "'\n"), READ),
    "name_1_megabyte": (made(lambda: "a" * MEGABYTE + " = 1\n"), READ),
    "comment_1_megabyte": (made(lambda: "#" + " truthline:" * 90_000 + "\n"), READ),
    "digits_1_megabyte": (made(lambda: "x = " + "1" * MEGABYTE + "\n"), "does not parse"),
    "functions_100000": (made(lambda: "".join(f"def f{one}(): pass\n" for one in range(100_000))), READ),
    "lines_200000": (made(lambda: "x\n" * 200_000), READ),
    "newlines_4_megabytes": (made(lambda: "\n" * 4 * MEGABYTE), READ),
    "semicolons_300000": (made(lambda: "a;" * 300_000 + "a\n"), READ),
    "backslashes_200000": (made(lambda: "x = 1" + "\\\n" * 200_000 + "\n"), READ),
    "quotes_open_1_megabyte": (made(lambda: '"""' + "'" * MEGABYTE), "does not parse"),
    "empty": (text(""), READ),
    "blanks": (text(" \t \n\f\n"), READ),
    # bytes
    "nul": (text(b"x = 1\0\n"), "NUL"),
    "nul_in_comment": (text(b"x = 1 # \0\n"), "NUL"),
    "binary": (text(bytes(range(256)) * 40), "NUL"),
    "elf": (text(b"\x7fELF\2\1\1" + bytes(9)), "NUL"),
    "gzip": (text(b"\x1f\x8b\x08" + bytes(range(1, 200))), "is not valid utf-8"),
    "control_characters": (text(b"x = 1\x07\x1b[31m\n"), "does not parse"),
    "escape_in_string": (text(b"x = '\x1b]0;owned\x07'\n"), READ),
    "bom": (text(b"\xef\xbb\xbfx = 1\n"), READ),
    "bom_twice": (text(b"\xef\xbb\xbf\xef\xbb\xbfx = 1\n"), "does not parse"),
    "bom_and_latin_cookie": (text(b"\xef\xbb\xbf# coding: latin-1\nx = 1\n"), "byte order mark"),
    "latin_without_cookie": (text(b"x = '\xe9'\n"), "is not valid utf-8"),
    "latin_with_cookie": (text(b"# coding: latin-1\nx = '\xe9'\n"), READ),
    "utf7_hides_an_import": (text(b"# coding: utf-7\n+AGkAbQBwAG8AcgB0- os\n"), "not on the list"),
    "rot13": (text(b"# coding: rot13\nvzcbeg bf\n"), "not on the list"),
    "cookie_unicode_escape": (text(b"# coding: unicode_escape\nx = 1 #\\nimport os\n"), "not on the list"),
    "cookie_punycode": (text(b"# coding: punycode\nx = 1\n"), "not on the list"),
    "cookie_zip": (text(b"# coding: zlib_codec\nx = 1\n"), "not on the list"),
    "cookie_bogus": (text(b"# coding: no-such-thing\nx = 1\n"), "unknown encoding"),
    "cookie_huge": (text(b"# coding: " + b"a" * 100_000 + b"\nx = 1\n"), "unknown encoding"),
    "cookie_in_second_line": (text(b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nx = '\xe9'\n"), READ),
    "cookie_in_third_line": (text(b"\n\n# coding: latin-1\nx = '\xe9'\n"), "is not valid utf-8"),
    "utf16": (text("x = 1\n".encode("utf-16")), "UTF-16"),
    "utf16_without_mark": (text("x = 1\n".encode("utf-16-le")), "NUL"),
    "utf32": (text("x = 1\n".encode("utf-32")), "UTF-16"),
    "surrogates": (text(b"x = '\xed\xa0\x80'\n"), "is not valid utf-8"),
    "overlong": (text(b"x = '\xc0\xaf'\n"), "is not valid utf-8"),
    "bidirectional": (text("x = '\u202e' # \u2066 }\n"), READ),
    "no_break_space": (text("x =\u00a01\n"), "does not parse"),
    "homoglyph_name": (text("\u0440\u0430\u0443 = \uff11\n"), "does not parse"),
    "ligature_name": (text("\ufb01x = 1\n"), READ),
    # lines
    "carriage_returns_only": (text(b"import os\rx = 1\r"), READ),
    "carriage_return_in_comment": (text(b"# hidden \rimport os\n"), READ),
    "mixed_line_ends": (text(b"a = 1\r\nb = 2\rc = 3\n"), READ),
    "form_feeds": (text(b"\fimport os\n\f\nif 1:\n\f    x = 1\n"), READ),
    "vertical_tab": (text(b"x = 1\x0bimport os\n"), "does not parse"),
    "line_separator": (text("x = 1 # \u2028import os\n"), READ),
    "no_newline_at_the_end": (text("if x:\n    y"), READ),
    "backslash_at_the_end": (text("x = 1\\"), "does not parse"),
    "tabs_and_spaces": (text("if x:\n\ty\n        z\n"), "does not parse"),
    # other languages
    "python_2": (text("print 'x'\n"), "Python 2"),
    "python_2_except": (text("try:\n    pass\nexcept A, e:\n    print e\n"), "Python 2"),
    "conflict_markers": (text("<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n"), "merge conflict"),
    "diff": (text("--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n"), "does not parse"),
    "json": (text('{"a": null, "b": [true]}\n'), READ),
    "html": (text("<html><body>\n"), "does not parse"),
    "notebook_magic": (text("%matplotlib inline\nx = 1\n"), "does not parse"),
    "template": (text("class {{ name }}:\n    pass\n"), "does not parse"),
    "type_parameters": (text("class A[T: int = str]:\n    pass\ntype X[*Ts, **P] = T\n"), READ),
    "nested_fstring_quotes": (text("x = f'{a['b']}'\n"), READ),
    "template_string": (text("x = t'{a!r:>{b}}'\n"), READ),
    "except_without_parentheses": (text("try: pass\nexcept A, B: pass\n"), READ),
    "lazy_import": (text("lazy import os\n"), READ),
    "newer_and_deep": (text("lazy import os\nx = " + "(" * 1_400 + ")" * 1_400), "nest"),
    "newer_and_wide": (text("lazy import os\nx = " + "+".join(["1"] * 2_900)), "does not parse"),
    "newer_with_many_templates": (text("lazy import os\n" + "x = t'{a}'\n" * 5_000), READ),
}
"""By the stem of the file's name."""

ODD: dict[str, tuple[Write, str]] = {
    "fifo.py": (lambda path: os.mkfifo(path), "a named pipe"),
    "socket.py": (_socket, "a socket"),
    "loop.py": (link("loop.py"), "a link"),
    "dangling.py": (link("nowhere.py"), "a link that leads nowhere"),
    "device.py": (link("/dev/zero"), "a device"),
    "random.py": (link("/dev/urandom"), "a device"),
    "proc.py": (link("/proc/self/mem"), ""),
    "to_a_file.py": (link("empty.py"), READ),
    "to_itself": (link("."), ""),
    "up": (link(".."), ""),
    "directory.py": (lambda path: path.mkdir(), ""),
    "unreadable.py": (_unreadable, READ if hasattr(os, "geteuid") and os.geteuid() == 0 else "cannot be opened"),
    "new\nline.py": (text("x = 1\n"), "not printable"),
    "escape\x1b[31m.py": (text("x = 1\n"), "not printable"),
    "bell\x07.py": (text("x = 1\n"), "not printable"),
    "bidi\u202eyp.py": (text("x = 1\n"), "not printable"),
    os.fsdecode(b"bytes\xff\xfe.py"): (text("x = 1\n"), "not printable"),
    "n" * 252 + ".py": (text("x = 1\n"), READ),
    "Case.py": (text("x = 1\n"), READ),
    "cASE.py": (text("x = 1\n"), READ),
    "two words.py": (text("x = 1\n"), READ),
    "-rf.py": (text("x = 1\n"), READ),
    "'quoted'.py": (text("x = 1\n"), READ),
    '"; rm -rf ~".py': (text("x = 1\n"), READ),
    "::error::.py": (text("x = 1\n"), READ),
    "class.py": (text("x = 1\n"), READ),
    "\u00e9.py": (text("x = 1\n"), READ),
    "e\u0301.py": (text("x = 1\n"), READ),
    "\U0001f600.py": (text("x = 1\n"), READ),
    ".py": (text("x = (\n"), ""),
}
"""By the name of the entry; an empty outcome of something that is no file means that it is passed over."""


def write_all(directory: Path) -> dict[str, str]:
    """Write every kind that the system can hold; by name of the entry, what must become of it."""
    outcomes: dict[str, str] = {}
    for stem, (write, outcome) in TEXTS.items():
        write(directory / f"{stem}.py")
        outcomes[f"{stem}.py"] = outcome
    for name, (write, outcome) in ODD.items() if sys.platform == "linux" else ():
        write(directory / name)
        outcomes[name] = outcome
    return outcomes
