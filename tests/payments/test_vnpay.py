"""The wire format of VNPAY against fixed vectors, and every way to break a signature."""

from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from payments.gateways import vnpay
from payments.gateways.vnpay import PayRequest, Terminal

TERMINAL = Terminal(code="VDXDEMO1", secret="VDXTESTSECRET0123456789ABCDEFGHJ")
CREATED = datetime(2026, 1, 5, 9, 30, tzinfo=vnpay.ZONE)

PAY = PayRequest(
    reference="HS2026000123-P1",
    amount_vnd=125_000,
    info="Nop phi ho so HS2026000123",
    return_url="https://dvc.example.gov.vn/thanh-toan/ket-qua?kenh=vnpay&ma=HS2026000123-P1",
    payer_address="203.0.113.10",
    created_at=CREATED,
    expires_at=datetime(2026, 1, 5, 9, 45, tzinfo=vnpay.ZONE),
    bank_code="VNBANK",
)
PAY_HASH = (
    "423fcb5f35df95b5cec3e05a2670a51a231b7c41c646681119611c633aec0adb"
    "137f84f09f3c64064ab4dfbf849e65de435e643d26de720cf890ef37cb5c8f9e"
)
IPN = (
    "vnp_Amount=12500000&vnp_BankCode=NCB&vnp_BankTranNo=VNP14000001&vnp_CardType=ATM"
    "&vnp_OrderInfo=Nop+phi+ho+so+HS2026000123&vnp_PayDate=20260105093512&vnp_ResponseCode=00"
    "&vnp_TmnCode=VDXDEMO1&vnp_TransactionNo=14000001&vnp_TransactionStatus=00"
    "&vnp_TxnRef=HS2026000123-P1"
)
IPN_HASH = (
    "5dee651491533fae33b010779a00e893a89c3bd700a959f626e3df9bd6581d1b"
    "d01a3a6f700cc53fcf06e0a674492e88e3bbd7ebcf702ce3ab95ff45dbaada80"
)
QUERY_HASH = (
    "819728713405121dae479f22086803e14d76deb8960ad14fa01e24476efc6079"
    "c54098e6db58311f3267a84b254dae1c2ff6b3f1a4d484239c1ab66d13184b5e"
)
ANSWER = {
    "vnp_ResponseId": "resp-0001",
    "vnp_Command": "querydr",
    "vnp_ResponseCode": "00",
    "vnp_Message": "QueryDR Success",
    "vnp_TmnCode": "VDXDEMO1",
    "vnp_TxnRef": "HS2026000123-P1",
    "vnp_Amount": "12500000",
    "vnp_BankCode": "NCB",
    "vnp_PayDate": "20260105093512",
    "vnp_TransactionNo": "14000001",
    "vnp_TransactionType": "01",
    "vnp_TransactionStatus": "00",
    "vnp_OrderInfo": "Nop phi ho so HS2026000123",
    "vnp_PromotionCode": None,
    "vnp_PromotionAmount": None,
    "vnp_SecureHash": (
        "0173d91e6a2abed31df0d01d2fb37156842bbe27e15c97e4aa3fc605489709df"
        "654d8e9da5b015b652b9ad87119af7f82c1f39539e054ca4a9969a0537bd06ef"
    ),
}


def signed(query: str, secret: str = TERMINAL.secret) -> str:
    return f"{query}&vnp_SecureHash={vnpay.sign(query, secret)}"


def test_pay_url_carries_the_vector_of_a_pay_request():
    url = vnpay.pay_url("https://sandbox.example/vpcpay.html", PAY, TERMINAL)

    given = parse_qs(urlsplit(url).query)
    assert given["vnp_SecureHash"] == [PAY_HASH]
    assert given["vnp_Amount"] == ["12500000"]
    assert given["vnp_ReturnUrl"] == [PAY.return_url]


def test_report_reads_the_vector_of_an_ipn():
    report = vnpay.parse_report(f"{IPN}&vnp_SecureHash={IPN_HASH}", TERMINAL)

    assert (report.reference, report.amount_vnd, report.transaction) == (
        "HS2026000123-P1",
        125_000,
        "14000001",
    )
    assert report.paid_at == datetime(2026, 1, 5, 9, 35, 12, tzinfo=vnpay.ZONE)
    assert report.succeeded


def test_query_carries_the_vector_of_a_query():
    body = vnpay.query_request(
        request_id="req20260105-0001",
        reference="HS2026000123-P1",
        info="Truy van HS2026000123",
        created_at=CREATED,
        at=datetime(2026, 1, 5, 10, 15, tzinfo=vnpay.ZONE),
        server_address="203.0.113.20",
        terminal=TERMINAL,
    )

    assert body["vnp_SecureHash"] == QUERY_HASH


def test_answer_reads_the_vector_of_a_query_answer():
    report = vnpay.parse_answer(ANSWER, TERMINAL)

    assert (report.amount_vnd, report.succeeded) == (125_000, True)


def test_answer_says_none_when_the_payer_never_arrived():
    body = {"vnp_ResponseCode": "91", "vnp_Command": "querydr"}
    body["vnp_SecureHash"] = vnpay.answer_hash(body, TERMINAL.secret)

    assert vnpay.parse_answer(body, TERMINAL) is None


@pytest.mark.parametrize(
    "query",
    [
        IPN,
        f"{IPN}&vnp_SecureHash=",
        f"{IPN}&vnp_SecureHash={IPN_HASH[:-1]}",
        f"{IPN}&vnp_SecureHash={'0' * 128}",
        signed(IPN, secret="ANOTHERSECRET0123456789ABCDEFGHJ"),
        signed(IPN.replace("12500000", "12500100")).replace("12500100", "12500000"),
        f"{signed(IPN)}&vnp_Amount=1",
        "",
    ],
    ids=["unsigned", "blank", "cut", "zeros", "other-secret", "other-amount", "twice", "empty"],
)
def test_report_refuses_what_our_secret_did_not_sign(query):
    with pytest.raises(vnpay.BadSignature):
        vnpay.parse_report(query, TERMINAL)


def test_report_takes_the_hash_in_upper_case_and_ignores_foreign_parameters():
    report = vnpay.parse_report(f"kenh=vnpay&{IPN}&vnp_SecureHash={IPN_HASH.upper()}", TERMINAL)

    assert report.reference == "HS2026000123-P1"


@pytest.mark.parametrize("secret", ["", "   "])
def test_a_blank_secret_verifies_nothing(secret):
    with pytest.raises(ValueError, match="blank"):
        vnpay.parse_report(f"{IPN}&vnp_SecureHash={IPN_HASH}", Terminal("VDXDEMO1", secret))


@pytest.mark.parametrize(
    ("response", "status", "succeeded"),
    [
        ("00", "00", True),
        ("00", "01", False),
        ("00", "07", False),
        ("07", "00", False),
        ("07", "07", False),
        ("24", "02", False),
        ("", "00", False),
    ],
)
def test_success_needs_both_codes(response, status, succeeded):
    query = IPN.replace("vnp_ResponseCode=00", f"vnp_ResponseCode={response}").replace(
        "vnp_TransactionStatus=00", f"vnp_TransactionStatus={status}"
    )
    query = "&".join(pair for pair in query.split("&") if not pair.endswith("="))

    assert vnpay.parse_report(signed(query), TERMINAL).succeeded == succeeded


@pytest.mark.parametrize("amount", ["", "-100", "12500050", "1e9", "9" * 16])
def test_a_signed_report_with_a_silly_amount_is_malformed(amount):
    parameters = {"vnp_Amount": amount, "vnp_TmnCode": "VDXDEMO1", "vnp_TxnRef": "A"}
    query = vnpay.canonical({**parameters, "vnp_TransactionStatus": "00"})

    with pytest.raises(vnpay.Malformed):
        vnpay.parse_report(signed(query), TERMINAL)


def test_pay_url_refuses_texts_that_signatures_do_not_survive():
    request = PayRequest(
        **{**{name: getattr(PAY, name) for name in PAY.__slots__}, "info": "Nộp phí"}
    )

    with pytest.raises(ValueError, match="order info"):
        vnpay.pay_url("https://sandbox.example/", request, TERMINAL)


def test_canonical_sorts_by_name_and_leaves_empties_out():
    text = vnpay.canonical({"vnp_b": "2", "vnp_A": "1 x", "vnp_c": "", "other": "9"})

    assert text == urlencode({"vnp_A": "1 x", "vnp_b": "2"})
