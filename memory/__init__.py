"""What the company knows: one database, one event log, canonical records, recall."""

import os

# numpy asks for it when it is imported. For a few hundred rows a second thread gains nothing, and
# afterwards it spins for 25 ms in case there is more: half of what a question cost the processor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
