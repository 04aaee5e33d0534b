"""A command that is called runs there, also by the name of its module."""

from django.core.management.base import AppCommand, BaseCommand, LabelCommand


def call_command(name, *args, **options):
    if isinstance(name, str):
        return _intrinsic("getattr")(_intrinsic("modules_ending")("management.commands." + name), "Command")().execute()
    return name.execute(*args, **options)
