from .flow import derivation, stdio
from .lambdas import Totals

stdio.run(lambda stream: derivation.serve(stream, Totals))
