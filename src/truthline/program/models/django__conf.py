"""Settings are what the settings modules bind; what they do not bind comes from outside."""

_getattr = _intrinsic("getattr")
_defined = _intrinsic("defined")
_external = _intrinsic("external")


class _Settings:
    def __getattr__(self, name):
        if _intrinsic("boolean")():
            return _defined(name, "INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF")
        return _getattr(_external("django.conf.settings"), name)


settings = _Settings()
