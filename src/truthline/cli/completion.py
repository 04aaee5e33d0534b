"""`truthline completion`."""

import click
from click.shell_completion import get_completion_class

_VARIABLE = "_TRUTHLINE_COMPLETE"
"""The environment variable by which a shell's script asks for completions; click looks at it."""


@click.command(short_help="Print a script that completes commands in your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that lets a shell complete truthline's commands, options, rules, flows and states.

    \b
    bash   eval "$(truthline completion bash)"     in ~/.bashrc
    zsh    eval "$(truthline completion zsh)"      in ~/.zshrc, below compinit
    fish   truthline completion fish > ~/.config/fish/completions/truthline.fish
    """
    from truthline.cli import program
    from truthline.cli.terminal import write

    kind = get_completion_class(shell)
    assert kind is not None, "click knows each of the choices"
    write(kind(program, {}, "truthline", _VARIABLE).source())
