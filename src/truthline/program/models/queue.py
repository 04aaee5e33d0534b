class Queue:
    def __init__(self, maxsize=0):
        self._items = []

    def put(self, item, block=True, timeout=None):
        self._items.append(item)

    put_nowait = put

    def get(self, block=True, timeout=None):
        return self._items.pop(0)

    get_nowait = get


LifoQueue = Queue
PriorityQueue = Queue
SimpleQueue = Queue
