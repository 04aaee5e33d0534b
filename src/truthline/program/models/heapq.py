def heappush(heap, item):
    for other in heap:
        item < other
    heap.append(item)


def heappop(heap):
    item = heap.pop(0)
    item < item
    return item


def heapify(heap):
    heap.sort()


def heappushpop(heap, item):
    heappush(heap, item)
    return heappop(heap)


heapreplace = heappushpop


def nlargest(count, iterable, key=None):
    return sorted(iterable, key=key)


nsmallest = nlargest


def merge(*iterables, key=None, reverse=False):
    return sorted([item for iterable in iterables for item in iterable], key=key)
