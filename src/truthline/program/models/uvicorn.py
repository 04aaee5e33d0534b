def run(app, **options):
    app(None, None, None)
