"""How requests reach a server: each transport is a layer that answers `bucketry_s3_send`.

Nothing else of the family knows an SDK or opens a socket.
"""
