"""
The demo's bank: a gateway that speaks VNPAY 2.1.0, with no money behind it.

`python -m payments.simulator` listens on 127.0.0.1 only: the page that a payer is sent to, the
return, the IPN (called again until it is answered 00 or 02), and querydr. It says on one line
where it listens, ends with the process that started it, and refuses to run beside production
settings. How the IPN misbehaves is chosen on the pay page or by
POST /control {"ipn": MODE, "query": MODE}:

    ipn     ok         call once, at once
            twice      call twice at the same time
            late:60    call after that many seconds
            never      do not call at all
            amount     call with one đồng less, then never rightly
            signature  call with a hash that does not hold
    query   ok         answer
            hang:15    answer after that many seconds
            http:500   answer with that status
            unsigned   answer without a hash
"""
