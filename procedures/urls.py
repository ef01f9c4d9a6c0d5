from django.urls import path

from procedures.editor_urls import urlpatterns as editor
from procedures.views import places, public

app_name = "procedures"

urlpatterns = [
    path("thu-tuc/", public.search, name="search"),
    path("thu-tuc/goi-y/", public.suggest, name="suggest"),
    path("thu-tuc/<str:code>/", public.show, name="detail"),
    path("thu-tuc/<str:code>/bieu-mau/<slug:key>/", public.form_file, name="form_file"),
    path("dia-chi/xa-phuong/", places.communes, name="communes"),
    path("linh-vuc/", public.fields, name="fields"),
    path("muc-do-dich-vu/", public.levels, name="levels"),
    *editor,
]
