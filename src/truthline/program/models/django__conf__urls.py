from django.urls import path as re_path

url = re_path
