"""The pages of the desk; included by dossiers.urls in its namespace."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
