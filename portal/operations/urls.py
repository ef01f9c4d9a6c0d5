from django.urls import path

from portal.operations import (
    audit_views,
    disclosure_views,
    disposal_views,
    health_views,
    privacy_desk_views,
    privacy_views,
    views,
)

app_name = "operations"

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path(".well-known/security.txt", disclosure_views.security_txt, name="security_txt"),
    path("robots.txt", disclosure_views.robots_txt, name="robots_txt"),
    path("sitemap.xml", disclosure_views.sitemap, name="sitemap"),
    path("sitemap-<int:file_number>.xml", disclosure_views.sitemap_part, name="sitemap_part"),
    path("readyz", health_views.readyz, name="readyz"),
    path("quyen-rieng-tu/", views.privacy, name="privacy"),
    path("tai-khoan/du-lieu-ca-nhan/", privacy_views.overview, name="data"),
    path("tai-khoan/du-lieu-ca-nhan/yeu-cau/", privacy_views.ask, name="data_request"),
    path(
        "tai-khoan/du-lieu-ca-nhan/ban-sao/<uuid:export_id>/",
        privacy_views.copy_file,
        name="data_copy",
    ),
    path("can-bo/du-lieu-ca-nhan/", privacy_desk_views.queue, name="data_queue"),
    path(
        "can-bo/du-lieu-ca-nhan/<int:request_id>/",
        privacy_desk_views.detail,
        name="data_queue_request",
    ),
    path("can-bo/du-lieu-ca-nhan/het-han-luu/", disposal_views.queue, name="disposals"),
    path(
        "can-bo/du-lieu-ca-nhan/het-han-luu/<int:disposal_id>/",
        disposal_views.minutes,
        name="disposal",
    ),
    path("tro-giup/", views.help_page, name="help"),
    path("can-bo/gop-tai-khoan/", views.merges, name="merges"),
    path("kiem-tra-nhat-ky/", audit_views.events, name="audit_events"),
    path("kiem-tra-nhat-ky/luot-xem/", audit_views.looks, name="audit_looks"),
    path("trinh-dien/", views.demo, name="demo"),
    path("trinh-dien/<str:name>/", views.demo_message, name="demo_message"),
]
