from django.dispatch import Signal, receiver
