"""How requests reach a server: each transport is a layer that answers `bucketry_s3_send`."""
