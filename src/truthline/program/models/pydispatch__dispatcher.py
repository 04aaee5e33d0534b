_settled = _intrinsic("settled")
_item = _intrinsic("item")

Any = None
Anonymous = None


class _Bus:
    def __init__(self):
        self.receivers = {}
        self.everywhere = []

    def connect(self, receiver, signal=None, sender=None, weak=True):
        if signal is None:
            self.everywhere.append(receiver)
        else:
            self.receivers[signal] = receiver

    def send(self, signal=None, sender=None, *arguments, **named):
        for receiver in self.everywhere:
            _settled(_intrinsic("inject")(receiver, _ask, **named))
        _settled(_intrinsic("inject")(_item(self.receivers, signal), _ask, **named))
        return []


def _ask(name, marker, annotation):
    """Receivers take what of a message they name."""
    return _intrinsic("nothing")()


_bus = _Bus()
connect = _bus.connect
send = _bus.send
sendExact = _bus.send
