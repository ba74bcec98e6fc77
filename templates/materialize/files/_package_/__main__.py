from .flow import materialization, stdio
from .store import Store

stdio.run(lambda stream: materialization.serve(stream, Store))
