from django.views.generic import BaseDetailView, DetailView, SingleObjectMixin
