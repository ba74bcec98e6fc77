"""What a materialization needs of Flow's protocol, on the standard library.

materialization  answers the requests and keeps their order; your store is a Target
stdio            the two streams, and logs
exact            JSON that keeps every digit
tuples           keys and values as an older runtime sends them
"""
