"""Generic views: which hooks of a view run for which request."""

from django.views.generic.base import ContextMixin, RedirectView, TemplateResponseMixin, TemplateView, View

_getattr = _intrinsic("getattr")
_external = _intrinsic("external")
_boolean = _intrinsic("boolean")


class _Objects(ContextMixin):
    model = None
    queryset = None

    def get_queryset(self):
        if _boolean():
            return self.model._default_manager.all()
        return self.queryset.all()


class SingleObjectMixin(_Objects):
    def get_object(self, queryset=None):
        if queryset is None:
            queryset = self.get_queryset()
        return queryset.filter().get()

    def get_context_data(self, **kwargs):
        return super().get_context_data(object=self.object, **kwargs)


class DetailView(SingleObjectMixin, TemplateResponseMixin, View):
    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        return self.render_to_response(self.get_context_data(object=self.object))


BaseDetailView = DetailView


class MultipleObjectMixin(_Objects):
    def get_ordering(self):
        return None

    def get_paginate_by(self, queryset):
        return None

    def paginate_queryset(self, queryset, page_size):
        return (None, None, queryset, _boolean())

    def get_context_data(self, *, object_list=None, **kwargs):
        self.get_ordering()
        self.get_paginate_by(self.object_list)
        self.paginate_queryset(self.object_list, 0)
        return super().get_context_data(object_list=self.object_list, **kwargs)


class ListView(MultipleObjectMixin, TemplateResponseMixin, View):
    def get(self, request, *args, **kwargs):
        self.object_list = self.get_queryset()
        return self.render_to_response(self.get_context_data())


BaseListView = ListView


class FormMixin(ContextMixin):
    form_class = None

    def get_initial(self):
        return {}

    def get_form_class(self):
        return self.form_class

    def get_form_kwargs(self):
        return {"initial": self.get_initial()}

    def get_form(self, form_class=None):
        return self.get_form_class()(**self.get_form_kwargs())

    def get_success_url(self):
        return ""[0]

    def form_valid(self, form):
        return self.get_success_url()

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs):
        return super().get_context_data(form=self.get_form(), **kwargs)


class ProcessFormView(View):
    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        form.is_valid()
        if _boolean():
            return self.form_valid(form)
        return self.form_invalid(form)

    put = post


class FormView(TemplateResponseMixin, FormMixin, ProcessFormView):
    pass


BaseFormView = FormView


class ModelFormMixin(FormMixin, SingleObjectMixin):
    def form_valid(self, form):
        self.object = form.save()
        return super().form_valid(form)


class CreateView(TemplateResponseMixin, ModelFormMixin, ProcessFormView):
    object = None


BaseCreateView = CreateView


class UpdateView(TemplateResponseMixin, ModelFormMixin, ProcessFormView):
    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.object = self.get_object()
        return super().post(request, *args, **kwargs)


BaseUpdateView = UpdateView


class DeletionMixin:
    def get_success_url(self):
        return ""[0]


class DeleteView(TemplateResponseMixin, DeletionMixin, FormMixin, DetailView):
    def post(self, request, *args, **kwargs):
        self.object = self.get_object()
        form = self.get_form()
        if _boolean():
            return self.form_valid(form)
        return self.form_invalid(form)

    def delete(self, request, *args, **kwargs):
        self.object = self.get_object()
        self.object.delete()
        return self.get_success_url()

    def form_valid(self, form):
        self.object.delete()
        return self.get_success_url()


BaseDeleteView = DeleteView
