_external = _intrinsic("external")


class CliRunner:
    def __init__(self, *args, **kwargs):
        pass

    def invoke(self, cli, args=None, **options):
        cli.main(args)
        return _external("click.testing.Result()")
