"""A form that is asked whether it is valid runs its own checks; one of a model saves an object of it."""

_getattr = _intrinsic("getattr")
_external = _intrinsic("external")
_boolean = _intrinsic("boolean")
_methods = _intrinsic("methods")


class Form:
    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        return _getattr(_external("django.forms.Form()"), name)

    def is_valid(self):
        self.full_clean()
        return _boolean()

    def full_clean(self):
        _methods(self, "clean_")()
        self.clean()

    @property
    def errors(self):
        self.full_clean()
        return _external("django.forms.Form().errors")

    def clean(self):
        return self.cleaned_data


BaseForm = Form


class ModelForm(Form):
    def __init__(self, *args, instance=None, **kwargs):
        self.instance = instance if instance is not None else self.Meta.model()

    def full_clean(self):
        Form.full_clean(self)
        self.instance.full_clean()

    def save(self, commit=True):
        self.instance.save()
        return self.instance
