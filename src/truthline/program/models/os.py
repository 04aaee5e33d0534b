"""`fspath`: an object says itself which path it is."""


def fspath(path):
    return path.__fspath__()
