from django.urls import URLPattern, path

from payments import views

app_name = "payments"

urlpatterns: list[URLPattern] = [
    path("thu-ngan/", views.counter, name="counter"),
    path("thu-ngan/<str:code>/", views.receive, name="receive"),
]
