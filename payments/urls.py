from django.urls import URLPattern, path

from payments.views import counter, gateway, online, refunds

app_name = "payments"

urlpatterns: list[URLPattern] = [
    path("nop-phi/<str:code>/", online.pay, name="pay"),
    path("thanh-toan/ket-qua/", online.come_back, name="come_back"),
    path("thanh-toan/lan-nop/<str:reference>/", online.attempt, name="attempt"),
    path("thanh-toan/vnpay/ipn/", gateway.vnpay_ipn, name="vnpay_ipn"),
    path("thu-ngan/", counter.counter, name="counter"),
    # Before the codes: no dossier is called so.
    path("thu-ngan/tien-chua-ro/", counter.unplaced, name="unplaced"),
    path("ke-toan/hoan-tra/", refunds.refunds_list, name="refunds"),
    path("ke-toan/hoan-tra/<int:refund_id>/", refunds.refund, name="refund"),
    path("thu-ngan/<str:code>/", counter.receive, name="receive"),
]
