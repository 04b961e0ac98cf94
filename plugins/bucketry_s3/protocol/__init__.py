"""What S3 is on the wire: requests, answers, addresses, signatures, digests, errors.

Pure rules. Nothing here opens a socket or knows an SDK.
"""
