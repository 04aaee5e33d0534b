"""How deep a file's expressions nest, measured without parsing it.

A parser recurses over what nests, and a native one that runs out of stack takes its process with it. One pass
over the bytes gives an upper bound for both ways of nesting: brackets, and chains of operators, calls and
attributes. Where both are small, parsing is safe wherever it happens.
"""

import re

import msgspec

_JOIN = rb"[-+*/%@&|^~<>=!.:]+ | \b(?:and|or|not|if|else|lambda|await|in|is)\b"
_TOKEN = re.compile(
    rb"""
    \#[^\n]*
    | (?P<fstring> \b(?:[fFtT][rR]?|[rR][fFtT]) (?:
        '''(?:[^\\]|\\.)*?(?:'''|\Z) | \"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z) | '(?:[^'\\\n]|\\.)*'? | "(?:[^"\\\n]|\\.)*"?
      ))
    | '''(?:[^\\]|\\.)*?(?:'''|\Z) | \"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z) | '(?:[^'\\\n]|\\.)*'? | "(?:[^"\\\n]|\\.)*"?
    | \\\n
    | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<separator>,) | (?P<newline>\n)
    | (?P<join>"""
    + _JOIN
    + rb")",
    re.VERBOSE | re.DOTALL,
)
_FIELD = re.compile(rb"(?P<open>\{)|(?P<close>\})|(?P<join>[(\[]|" + _JOIN + rb")", re.VERBOSE)
_ELIF = re.compile(rb"^[ \t]*elif\b", re.MULTILINE)


class Shape(msgspec.Struct, frozen=True):
    """Upper bounds: `brackets` for the depth of brackets, `chain` for the links of the longest chain."""

    brackets: int
    chain: int

    def within(self, brackets: int, chain: int) -> bool:
        """Whether neither bound exceeds these."""
        return self.brackets <= brackets and self.chain <= chain


def measure(source: bytes) -> Shape:
    """The shape of a source file, in time linear in its length. Text that is no Python has some shape too."""
    chains = [0]
    brackets = 0
    longest = len(_ELIF.findall(source))
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind == "join":
            chains[-1] += 1
        elif kind == "open":
            chains[-1] += 1
            chains.append(0)
            brackets = max(brackets, len(chains) - 1)
        elif kind == "separator" or (kind == "newline" and len(chains) == 1):
            longest = max(longest, chains[-1])
            chains[-1] = 0
        elif kind == "close":
            longest = max(longest, chains[-1])
            if len(chains) > 1:
                chains.pop()
        elif kind == "fstring":
            longest = max(longest, _longest_field(match[0]))
    return Shape(brackets, max(longest, *chains))


def _longest_field(fstring: bytes) -> int:
    """The links of the longest replacement field of an f-string, its nested brackets counted as links."""
    depth = links = longest = 0
    for match in _FIELD.finditer(fstring):
        if match.lastgroup == "open":
            depth += 1
            links += 1
        elif match.lastgroup == "close":
            depth = max(0, depth - 1)
            if not depth:
                longest = max(longest, links)
                links = 0
        elif depth:
            links += 1
    return max(longest, links)
