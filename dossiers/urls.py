from django.urls import URLPattern, URLResolver

from dossiers.desk_urls import urlpatterns as desk

app_name = "dossiers"

urlpatterns: list[URLPattern | URLResolver] = [*desk]
