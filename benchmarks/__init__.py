"""Measured against plain boto3, in one run."""
