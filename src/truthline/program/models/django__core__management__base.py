class BaseCommand:
    def __init__(self, *args, **kwargs):
        pass

    def execute(self, *args, **options):
        return self.handle(*args, **options)

    def add_arguments(self, parser):
        pass


class LabelCommand(BaseCommand):
    def handle(self, *labels, **options):
        return self.handle_label(labels, **options)


class AppCommand(BaseCommand):
    def handle(self, *labels, **options):
        return self.handle_app_config(labels, **options)
