"""What a shim needs of Flow's capture protocol, in plain Python.

stdio    takes stdout for the protocol and reads the requests
logs     one JSON object a line on stderr, with the config's secrets hidden
schemas  rewrites JSON schemas to what Flow accepts, and finds keys
files    hands config, catalog and state to a connector without a trace on disk
capture  answers the requests; a shim fills in what it knows of its source
delegate finds a source by the name of its distribution
takeover import it first of all, so that nothing reaches stdout but the protocol
"""
