from django.urls import URLPattern, URLResolver, path

from dossiers.desk_urls import urlpatterns as desk
from dossiers.views import (
    citizen,
    editor_impact,
    files,
    filing,
    filing_papers,
    looks,
    public,
    supplement,
    track_proof,
)

app_name = "dossiers"

DRAFT = "nop-ho-so/ban-nhap/<uuid:draft_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("tra-cuu/", public.track, name="track"),
    path("tra-cuu/quen-ma/", public.forgot_code, name="forgot_code"),
    path("tra-cuu/xac-nhan/", track_proof.prove, name="track_prove"),
    path("tra-cuu/xac-nhan/ma/", track_proof.prove_code, name="track_prove_code"),
    path("tra-cuu/chi-tiet/", track_proof.tracked, name="tracked"),
    # Filing.
    path("nop-ho-so/<str:procedure_code>/", filing.start, name="start"),
    path(f"{DRAFT}xoa/", filing.draft_delete, name="draft_delete"),
    path(f"{DRAFT}giay-to/<slug:paper_key>/", filing_papers.paper_upload, name="paper_upload"),
    path(f"{DRAFT}tep/<uuid:file_id>/", files.draft_file, name="draft_file"),
    path(f"{DRAFT}tep/<uuid:file_id>/bo/", filing_papers.paper_remove, name="paper_remove"),
    path(f"{DRAFT}tep/<uuid:file_id>/len/", filing_papers.paper_move, name="paper_move"),
    path(f"{DRAFT}tep/<uuid:file_id>/trang/<int:page>/", files.draft_preview, name="draft_preview"),
    path(f"{DRAFT}<slug:step>/", filing.step, name="step"),
    path(f"{DRAFT}<slug:step>/luu/", filing.autosave, name="autosave"),
    # A citizen's own dossiers; file, preview, slip and result serve staff as well.
    path("ho-so/", citizen.mine, name="mine"),
    path("ho-so/<str:code>/", citizen.detail, name="detail"),
    path("ho-so/<str:code>/da-nop/", citizen.done, name="done"),
    path("ho-so/<str:code>/bo-sung/", supplement.supplement, name="supplement"),
    path(
        "ho-so/<str:code>/bo-sung/<int:item_id>/gui/",
        supplement.supplement_upload,
        name="supplement_upload",
    ),
    path(
        "ho-so/<str:code>/bo-sung/<int:item_id>/tep/<uuid:file_id>/bo/",
        supplement.supplement_remove,
        name="supplement_remove",
    ),
    path("ho-so/<str:code>/rut/", citizen.withdraw, name="withdraw"),
    path("ho-so/<str:code>/ai-da-xem/", looks.looks, name="looks"),
    path("ho-so/<str:code>/tep/<uuid:file_id>/", files.file, name="file"),
    path("ho-so/<str:code>/tep/<uuid:file_id>/trang/<int:page>/", files.preview, name="preview"),
    path("ho-so/<str:code>/phieu/<int:slip_id>/", files.slip, name="slip"),
    path("ho-so/<str:code>/ket-qua/", files.result, name="result"),
    # A page of the catalogue's editors; here, because it counts people's drafts.
    path("bien-tap/thu-tuc/<str:code>/anh-huong/", editor_impact.impact, name="editor_impact"),
    *desk,
]
