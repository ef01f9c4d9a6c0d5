"""Every URL of the portal, app by app; the access matrix lists who may open each."""

from django.urls import include, path

from portal.operations.admin import site

urlpatterns = [
    path("quan-tri/", site.urls),
    path("", include("portal.operations.urls")),
    path("", include("accounts.urls")),
    path("", include("procedures.urls")),
    path("", include("dossiers.urls")),
    path("", include("payments.urls")),
]

handler400 = "portal.core.views.bad_request"
handler403 = "portal.core.views.permission_denied"
handler404 = "portal.core.views.page_not_found"
handler500 = "portal.core.views.server_error"
