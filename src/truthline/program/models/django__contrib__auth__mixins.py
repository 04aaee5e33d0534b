_boolean = _intrinsic("boolean")


class AccessMixin:
    def handle_no_permission(self):
        pass


class LoginRequiredMixin(AccessMixin):
    def dispatch(self, request, *args, **kwargs):
        if _boolean():
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)


class PermissionRequiredMixin(AccessMixin):
    def get_permission_required(self):
        return []

    def has_permission(self):
        self.get_permission_required()
        return _boolean()

    def dispatch(self, request, *args, **kwargs):
        if not self.has_permission():
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)


class UserPassesTestMixin(AccessMixin):
    def get_test_func(self):
        return self.test_func

    def dispatch(self, request, *args, **kwargs):
        if not self.get_test_func()():
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)
