"""The built-in S3 vendors: one module each, the page of everything that is known of it.

A page's facts decide what its schema refuses (`bucketry_s3.schema`), what the family does with it,
and what its documentation says.
"""
