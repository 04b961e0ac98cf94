"""The transport over sockets of our own: pooled, TLS, obeying the deadline to a quarter second.

`dialing` makes connections, `exchange` sends one request and reads one answer, `pool` keeps what
can be used again, `layer` signs.
"""
