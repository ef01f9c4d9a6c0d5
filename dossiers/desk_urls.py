"""The pages of the desk; included by dossiers.urls in its namespace."""

from django.urls import URLPattern, path

from dossiers.views import (
    desk_actions as actions,
    desk_leading as leading,
    desk_queue,
    desk_work,
    handover,
    looks,
)

urlpatterns: list[URLPattern] = [
    path("can-bo/don-vi/nguoi/<int:person_id>/ban-giao/", handover.move_work, name="move_work"),
    path("lam-viec/", desk_queue.queue, name="queue"),
    path("lam-viec/nhan-viec/", desk_queue.claim_many, name="claim_many"),
    path("lam-viec/<str:code>/", desk_work.work, name="work"),
    path("lam-viec/<str:code>/tom-tat/", desk_queue.pane, name="pane"),
    path("lam-viec/<str:code>/phieu/", desk_work.slips, name="work_slips"),
    path("lam-viec/<str:code>/ai-da-xem/", looks.work_looks, name="work_looks"),
    path("lam-viec/<str:code>/nhan-viec/", actions.claim, name="claim"),
    path("lam-viec/<str:code>/tiep-nhan/", actions.accept, name="accept"),
    path("lam-viec/<str:code>/tu-choi/", actions.refuse, name="refuse"),
    path("lam-viec/<str:code>/bo-sung/", actions.ask_supplement, name="ask_supplement"),
    path("lam-viec/<str:code>/chuyen-buoc/", actions.forward, name="forward"),
    path("lam-viec/<str:code>/tra-lai/", actions.send_back, name="send_back"),
    path("lam-viec/<str:code>/trinh/", actions.propose, name="propose"),
    path("lam-viec/<str:code>/phe-duyet/", actions.approve, name="approve"),
    path("lam-viec/<str:code>/phat-hanh/", actions.issue, name="issue"),
    path("lam-viec/<str:code>/tra-ket-qua/", actions.hand_over, name="hand_over"),
    path("lam-viec/<str:code>/dung/", actions.stop, name="stop"),
    path("lam-viec/<str:code>/giao-lai/", actions.reassign, name="reassign"),
    path("lam-viec/<str:code>/muc-thu/", actions.fix_fee, name="fix_fee"),
    path("lam-viec/<str:code>/hen-lai/", leading.extend, name="extend"),
    path("lam-viec/<str:code>/trinh-gia-han/", leading.propose_extension, name="propose_extension"),
    path("lam-viec/<str:code>/duyet-gia-han/", leading.answer_extension, name="answer_extension"),
    path("lam-viec/<str:code>/mo-lai/", leading.reopen, name="reopen"),
    path("lam-viec/<str:code>/huy-tiep-nhan/", leading.undo_acceptance, name="undo_acceptance"),
    path("lam-viec/<str:code>/giai-quyet-tiep/", leading.restart, name="restart"),
    path("lam-viec/<str:code>/thu-hoi/", leading.recall, name="recall"),
    path("lam-viec/<str:code>/tra-lai-ho-so/", leading.hand_back, name="hand_back"),
]
