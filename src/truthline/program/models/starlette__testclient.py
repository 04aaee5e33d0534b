_external = _intrinsic("external")


class TestClient:
    __test__ = False

    def __init__(self, app, *args, **kwargs):
        self.app = app

    def __enter__(self):
        self.app._start()
        return self

    def __exit__(self, *details):
        pass

    def _ask(self, url):
        self.app._answer("", url)
        return _external("httpx.Response()")

    def get(self, url, **options):
        return self._ask(url)

    head = get
    options = get
    post = get
    put = get
    patch = get
    delete = get

    def request(self, method, url, **options):
        return self._ask(url)

    def websocket_connect(self, url, **options):
        return self._ask(url)
