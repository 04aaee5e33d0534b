_settled = _intrinsic("settled")
_item = _intrinsic("item")

ANY = _intrinsic("external")("blinker.ANY")


class Signal:
    def __init__(self, doc=None):
        self.receivers = {}
        self.everywhere = []

    def connect(self, receiver=None, sender=ANY, weak=True, **options):
        if receiver is None:

            def register(function):
                self.everywhere.append(function)
                return function

            return register
        if sender is ANY:
            self.everywhere.append(receiver)
        else:
            self.receivers[sender] = receiver
        return receiver

    def connect_via(self, sender, weak=False):
        def register(receiver):
            return self.connect(receiver, sender)

        return register

    def connected_to(self, receiver, sender=ANY):
        self.connect(receiver, sender)
        return self

    temporarily_connected_to = connected_to

    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass

    def send(self, sender=None, *senders, **kwargs):
        for receiver in self.everywhere:
            _settled(receiver(sender, **kwargs))
        _settled(_item(self.receivers, sender)(sender, **kwargs))
        return []

    send_async = send

    def disconnect(self, receiver, sender=ANY):
        pass


class NamedSignal(Signal):
    pass


class Namespace(dict):
    def signal(self, name, doc=None):
        self[name] = NamedSignal()
        return _item(self, name)


signal = Namespace().signal
