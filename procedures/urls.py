from django.urls import path

from procedures import views

app_name = "procedures"

urlpatterns = [
    path("thu-tuc/", views.search, name="search"),
    path("thu-tuc/<str:code>/", views.show, name="detail"),
    path("thu-tuc/<str:code>/bieu-mau/<slug:key>/", views.form_file, name="form_file"),
    path("linh-vuc/", views.fields, name="fields"),
    path("muc-do-dich-vu/", views.levels, name="levels"),
]
