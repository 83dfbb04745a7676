"""`python -m shim`: serves the control protocol on stdin and stdout; logs go to stderr."""

import sys

from .methods import Shim
from .rpc import serve

serve(sys.stdin.buffer, sys.stdout.buffer, Shim().methods())
