from django.urls import path

from accounts.views import (
    account,
    acting,
    activity,
    eid,
    mandates,
    organisations,
    recovery,
    registration,
    robots,
    second_factor,
    sign_in,
    staff_links,
)

app_name = "accounts"

urlpatterns = [
    path("dang-ky/", registration.register, name="register"),
    path("dang-ky/ho-chieu/", registration.register_by_passport, name="register_by_passport"),
    path("dang-ky/xac-nhan/", registration.confirm, name="confirm"),
    path("dang-nhap/", sign_in.sign_in, name="sign_in"),
    path("dang-nhap/chon/", sign_in.choose_account, name="choose_account"),
    path("dang-nhap/dinh-danh/", eid.eid_begin, name="eid_begin"),
    path("dang-nhap/dinh-danh/ve/", eid.eid_return, name="eid_return"),
    path("dang-nhap/dinh-danh/mo-tai-khoan/", eid.eid_open, name="eid_open"),
    path("tai-khoan/dinh-danh/", eid.eid_account, name="eid_account"),
    path("dang-xuat/", sign_in.sign_out, name="sign_out"),
    path("can-bo/", sign_in.staff_landing, name="staff_landing"),
    path("can-bo/dang-nhap/", sign_in.staff_sign_in, name="staff_sign_in"),
    path("can-bo/xac-thuc/", second_factor.second_step, name="second_step"),
    path("can-bo/xac-thuc/cai-dat/", second_factor.enrol, name="enrol"),
    path("can-bo/xac-nhan-lai/", second_factor.prove, name="prove"),
    path("can-bo/ma-du-phong/", second_factor.recovery_codes, name="recovery_codes"),
    path("can-bo/duong-dan/<str:token>/", staff_links.staff_link, name="staff_link"),
    path("tai-khoan/", account.profile, name="profile"),
    path("tai-khoan/hoat-dong/", activity.activity, name="activity"),
    path("thong-bao/", account.inbox, name="inbox"),
    path("tai-khoan/thay-nguoi-khac/", acting.acting, name="acting"),
    path("tai-khoan/to-chuc/", organisations.organisations, name="organisations"),
    path(
        "tai-khoan/to-chuc/khai/", organisations.organisation_declare, name="organisation_declare"
    ),
    path(
        "tai-khoan/to-chuc/<int:organisation_id>/",
        organisations.organisation,
        name="organisation",
    ),
    path(
        "tai-khoan/to-chuc/<int:organisation_id>/nguoi/<int:representative_id>/thoi/",
        organisations.representative_end,
        name="representative_end",
    ),
    path(
        "tai-khoan/loi-moi/<int:representative_id>/",
        organisations.invitation_answer,
        name="invitation_answer",
    ),
    path("tai-khoan/uy-quyen/", mandates.mandates, name="mandates"),
    path("tai-khoan/uy-quyen/lap/", mandates.mandate_give, name="mandate_give"),
    path("tai-khoan/uy-quyen/lap/ma/", mandates.mandate_code, name="mandate_code"),
    path("tai-khoan/uy-quyen/<int:mandate_id>/", mandates.mandate_answer, name="mandate_answer"),
    path("tai-khoan/uy-quyen/<int:mandate_id>/cham-dut/", mandates.mandate_end, name="mandate_end"),
    path("can-bo/to-chuc/", organisations.desk_organisations, name="desk_organisations"),
    path(
        "can-bo/to-chuc/<int:organisation_id>/da-doi-chieu/",
        organisations.desk_organisation_seen,
        name="desk_organisation_seen",
    ),
    path("quen-mat-khau/", recovery.forgot_password, name="forgot_password"),
    path("quen-mat-khau/xac-nhan/", recovery.forgot_password_code, name="forgot_password_code"),
    path("quen-mat-khau/mat-khau-moi/", recovery.new_password, name="new_password"),
    path("kiem-tra/", robots.robot_challenge, name="robot_challenge"),
]
