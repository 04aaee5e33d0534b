"""The page around a report: its style, its script, and the rule that nothing else may run or be loaded."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from truthline.report.html.markup import Content, Markup, joined, tag

_HERE = Path(__file__).parent


def document(title: str, *body: Content) -> str:
    """A whole page. Its policy lets no script run but the one of ours, whatever the text of the page holds."""
    style, script = _file("style.css"), _file("script.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("link", rel="icon", href="data:,"),
        Markup(f"<style>{style}</style>"),
    )
    page = tag("html", head, tag("body", joined(body), Markup(f"<script>{script}</script>")), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


@cache
def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
