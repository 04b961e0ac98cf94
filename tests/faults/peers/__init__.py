"""Other libraries under the same faults, each in an environment of its own.

Their processes import this package and `faults.bodies` alone, beside their library.
"""
