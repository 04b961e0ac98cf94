"""What is wrong between a configuration and the storage: probes, findings, a diagnosis.

`bucketry.Provider.diagnose` asks every layer for probes and runs them from the outside in. A layer
adds its own by the hook `bucketry_diagnose`:

>>> from bucketry import hookimpl
>>> from bucketry.doctor import Finding, Probe
>>> class Quota:
...     '''Says when the month's traffic is nearly used up.'''
...     def left(self):
...         return 0.04
...     def look(self):
...         if self.left() < 0.1:
...             yield Finding(
...                 code="quota", severity="warning",
...                 cause=f"{self.left():.0%} of this month's traffic are left",
...                 remedy="Book more traffic with your provider.")
...     @hookimpl
...     def bucketry_diagnose(self):
...         return [Probe("quota", self.look)]
"""

from bucketry.doctor.bench import Bench
from bucketry.doctor.codes import found
from bucketry.doctor.values import Codes, Diagnosis, Finding, Known, Probe

__all__ = ["Bench", "Codes", "Diagnosis", "Finding", "Known", "Probe", "found"]
