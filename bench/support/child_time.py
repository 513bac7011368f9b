"""Runs a command, and prints the milliseconds of processor time that it and everything below it took."""

import resource
import subprocess
import sys

ended = subprocess.run(sys.argv[1:], stdout=sys.stderr)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round((used.ru_utime + used.ru_stime) * 1000))
sys.exit(ended.returncode)
