"""The JSON Schemas of configurations, as package data.

`leaves.schema.json` explains each option once, a vendor's schema is made of it and of the vendor's
page, `local.schema.json` is that of files on disk, and `config.schema.json` is for editors.
"""
