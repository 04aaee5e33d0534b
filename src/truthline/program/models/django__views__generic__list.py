from django.views.generic import BaseListView, ListView, MultipleObjectMixin
