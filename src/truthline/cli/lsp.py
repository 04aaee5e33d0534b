"""`truthline lsp`."""

import click

from truthline.cli.complaints import UnusableError
from truthline.cli.options import plugins_option


@click.command(short_help="Serve an editor: findings while you type.")
@plugins_option
@click.option(
    "--stdio", is_flag=True, expose_value=False, help="What many editors add; there is no other way to speak."
)
def command(no_plugins: bool) -> int:
    """Speak the Language Server Protocol on standard input and output; an editor starts it.

    Findings stand where they are while you type, each with the way that leads there. Fixes and suppressions are offered
    as code actions. The config is the one that holds in the opened directory, or around an opened file.
    """
    try:
        from truthline.lsp.server import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UnusableError("`lsp` needs an extra: pip install 'truthline[lsp]'") from error
    return serve(no_plugins=no_plugins)
