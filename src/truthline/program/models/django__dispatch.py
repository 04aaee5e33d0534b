"""A signal that is sent runs its receivers where it is sent."""

_settled = _intrinsic("settled")
_item = _intrinsic("item")
_external = _intrinsic("external")


class Signal:
    def __init__(self, *args, **options):
        self.receivers = {}
        self.everywhere = []

    def connect(self, receiver, sender=None, weak=True, dispatch_uid=None):
        if sender is None:
            self.everywhere.append(receiver)
        elif isinstance(sender, str):  # "app.Model", which is looked up later
            self.everywhere.append(receiver)
        else:
            self.receivers[sender] = receiver

    def disconnect(self, receiver=None, sender=None, dispatch_uid=None):
        return True

    def send(self, sender, **named):
        for receiver in self.everywhere:
            _settled(receiver(sender=sender, signal=self, **named))
        _settled(_item(self.receivers, sender)(sender=sender, signal=self, **named))
        return _external("django.dispatch.Signal().send()")

    send_robust = send

    async def asend(self, sender, **named):
        return self.send(sender, **named)

    asend_robust = asend


def receiver(signal, **options):
    def register(function):
        signal.connect(function, **options)
        for one in signal:
            one.connect(function, **options)
        return function

    return register
