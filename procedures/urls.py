from django.urls import path

from procedures.editor_urls import urlpatterns as editor
from procedures.views import (
    cover,
    finder,
    life_events,
    places,
    public,
    public_articles as articles,
)

app_name = "procedures"

urlpatterns = [
    path("thu-tuc/", public.search, name="search"),
    path("thu-tuc/goi-y/", public.suggest, name="suggest"),
    path("thu-tuc/<str:code>/", public.show, name="detail"),
    path("thu-tuc/<str:code>/tim-truong-hop/", finder.find, name="finder"),
    path("thu-tuc/<str:code>/to-bia/", cover.cover, name="cover"),
    path("thu-tuc/<str:code>/bieu-mau/<slug:key>/", public.form_file, name="form_file"),
    path("dia-chi/xa-phuong/", places.communes, name="communes"),
    path("linh-vuc/", public.fields, name="fields"),
    path("linh-vuc/<slug:slug>/", public.field, name="field"),
    path("muc-do-dich-vu/", public.levels, name="levels"),
    path("huong-dan/", articles.guides, name="guides"),
    path("huong-dan/<slug:slug>/", articles.guide, name="guide"),
    path("hoi-dap/", articles.questions, name="questions"),
    path("hoi-dap/<slug:slug>/", articles.question, name="question"),
    path("thong-bao-chung/", articles.announcements, name="announcements"),
    path("thong-bao-chung/<slug:slug>/", articles.announcement, name="announcement"),
    path("hinh/<int:picture_id>/<int:width>/", articles.picture, name="picture"),
    path("phim/<int:clip_id>/", articles.clip, name="clip"),
    path("phim/<int:clip_id>/phu-de/", articles.clip_captions, name="clip_captions"),
    path("co-quan/", articles.units, name="units"),
    path("co-quan/<slug:unit_key>/", articles.unit, name="unit"),
    path("su-kien/", life_events.index, name="events"),
    path("su-kien/<slug:slug>/", life_events.show, name="event"),
    *editor,
]
