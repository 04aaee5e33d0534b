import os
from pathlib import Path

import pytest

from truthline.syntax.source import MAX_SIZE, SourceFile, decode, read, split_lines
from truthline.syntax.unread import Unparsable


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"", ""),
        ("é = 1\n".encode(), "é = 1\n"),
        (b"\xef\xbb\xbfx = 1", "x = 1"),
        (b"\xef\xbb\xbf# coding: utf-8\n", "# coding: utf-8\n"),
        (b"# -*- coding: latin-1 -*-\n'\xe9'", "# -*- coding: latin-1 -*-\n'é'"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'", None),
        (b"\n\f # coding: latin-1\n'\xe9'", "\n\f # coding: latin-1\n'é'"),
        (b"a = 1\r\nb = 2\rc = 3\n", "a = 1\nb = 2\nc = 3\n"),
        (b"# coding: latin-1\rx = '\xe9'\r", "# coding: latin-1\nx = 'é'\n"),
        ("# coding: euc_jp\nx = 'あ'".encode("euc_jp"), "# coding: euc_jp\nx = 'あ'"),
    ],
)
def test_source_is_decoded_as_python_does_it(source: bytes, text: str | None) -> None:
    if text is None:
        text = "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'"
    assert decode(source) == text


@pytest.mark.parametrize(
    ("source", "reason", "place"),
    [
        (b"x = 1\n'\xe9'", "is not valid utf-8 (byte 0xe9)", (2, 2)),
        (b"x = 1\n# coding: latin-1\n'\xe9'", "is not valid utf-8 (byte 0xe9)", (3, 2)),
        ("é".encode() + b"\xff", "is not valid utf-8 (byte 0xff)", (1, 2)),
        (b"# coding: ascii\n'\xe9'", "is not valid ascii (byte 0xe9)", (2, 2)),
        (b"# coding: klingon\n", "declares the unknown encoding 'klingon'", (1, 1)),
        (
            b"# coding: utf-7\n",
            "declares the encoding 'utf-7', which is not on the list of those that are read",
            (1, 1),
        ),
        (
            b"# coding: rot13\n",
            "declares the encoding 'rot13', which is not on the list of those that are read",
            (1, 1),
        ),
        (b"# coding: zlib\n", "declares the encoding 'zlib', which is not on the list of those that are read", (1, 1)),
        (
            b"\xef\xbb\xbf# coding: latin-1\n",
            "has a UTF-8 byte order mark, but declares the encoding 'latin-1'",
            (1, 1),
        ),
        ("x = 1".encode("utf-16"), "is UTF-16, which Python does not read as source", (1, 1)),
        ("x = 1".encode("utf-16-be"), "contains NUL bytes (a binary file, or UTF-16)", (1, 1)),
        (b"x = 1\n\x7fELF\0", "contains NUL bytes (a binary file, or UTF-16)", (2, 1)),
    ],
)
def test_what_is_no_python_text_says_why_and_where(source: bytes, reason: str, place: tuple[int, int]) -> None:
    with pytest.raises(Unparsable) as caught:
        decode(source)
    assert (caught.value.reason, (caught.value.line, caught.value.column)) == (reason, place)


def test_lines_end_where_the_parser_ends_them() -> None:
    assert split_lines("a\x0c\x1c\u2028b\nc") == ["a\x0c\x1c\u2028b", "c"]


def reason(base: Path, file: SourceFile) -> str:
    with pytest.raises(Unparsable) as caught:
        read(base, file)
    return caught.value.reason


def test_reading_fails_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "grown.py").write_bytes(b" " * (MAX_SIZE + 1))
    (tmp_path / "directory.py").mkdir()
    assert reason(tmp_path, SourceFile("x.py", reason="is a socket")) == "is a socket"
    assert reason(tmp_path, SourceFile("gone.py")) == "cannot be opened: No such file or directory"
    assert reason(tmp_path, SourceFile("nul\0.py")).startswith("cannot be opened: ")
    assert reason(tmp_path, SourceFile("grown.py")).startswith("is too large")
    assert "directory" in reason(tmp_path, SourceFile("directory.py")).lower()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_file_that_turned_into_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.py")
    assert reason(tmp_path, SourceFile("x.py")) == "is not a regular file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("")
    (tmp_path / "x.py").chmod(0)
    assert reason(tmp_path, SourceFile("x.py")) == "cannot be opened: Permission denied"
