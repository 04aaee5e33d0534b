"""A proxy stands for what its function finds, each time that it is asked for something."""

_getattr = _intrinsic("getattr")


def LocalProxy(local, name=None, **options):
    if name is None:
        return _Proxy(local)
    return _Proxy(lambda: _getattr(local, name))


class _Proxy:
    def __init__(self, find):
        self._find = find

    def _get_current_object(self):
        return self._find()

    def __getattr__(self, name):
        return _getattr(self._get_current_object(), name)

    def __call__(self, *args, **kwargs):
        return self._get_current_object()(*args, **kwargs)

    def __getitem__(self, key):
        return self._get_current_object()[key]

    def __setitem__(self, key, value):
        self._get_current_object()[key] = value

    def __contains__(self, key):
        return key in self._get_current_object()

    def __iter__(self):
        return self._get_current_object().__iter__()

    def __enter__(self):
        return self._get_current_object().__enter__()

    def __exit__(self, *details):
        return self._get_current_object().__exit__(*details)

    def __bool__(self):
        return bool(self._get_current_object())
