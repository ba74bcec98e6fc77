# The program and nothing else: no shell, no git, no Python. What needs none of
# these runs, such as secrets check, ci check and decrypt. Built offline.
FROM scratch
COPY connkit /connkit
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/connkit"]
