"""A template asks what it is filled with for its texts; the template itself stays external beside this."""

_beside = _intrinsic("beside")


class _Filled:
    def substitute(self, mapping=(), /, **values):
        for value in values.values():
            str(value)
        for key in mapping:
            str(mapping[key])
        return ""[0]

    safe_substitute = substitute


@_beside
def Template(template):
    return _Filled()
