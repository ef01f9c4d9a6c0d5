"""The pages of the catalogue's editors; included by procedures.urls in its namespace."""

from django.urls import URLPattern, path

from procedures.views import editor_catalogue as catalogue

urlpatterns: list[URLPattern] = [
    path("bien-tap/", catalogue.catalogue, name="editor_home"),
]
