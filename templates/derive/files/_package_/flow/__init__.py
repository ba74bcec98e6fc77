"""What a derivation needs of Flow's protocol, on the standard library.

derivation  answers the requests and keeps their order; your part is a Lambdas
patches     what has changed in the state
stdio       the two streams, and logs
exact       JSON that keeps every digit
tuples      keys as an older runtime sends them
"""
