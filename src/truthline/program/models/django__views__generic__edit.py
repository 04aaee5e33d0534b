from django.views.generic import (
    BaseCreateView,
    BaseDeleteView,
    BaseFormView,
    BaseUpdateView,
    CreateView,
    DeleteView,
    DeletionMixin,
    FormMixin,
    FormView,
    ModelFormMixin,
    ProcessFormView,
    UpdateView,
)
