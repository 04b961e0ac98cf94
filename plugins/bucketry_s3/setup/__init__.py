"""Setting up a bucket through S3's own operations, and the rights that each of them needs."""
