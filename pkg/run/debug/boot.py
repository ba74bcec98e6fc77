"""Runs a Python program under debugpy, for connkit debug.

usage: python boot.py FOLDER LIB HOST PORT WAIT CHILDREN -- (-m MODULE | -c CODE | FILE) [ARGUMENT…]

debugpy's own command line keeps the standard streams open in its adapter, so
that nobody sees the end of the program's output. Here the adapter is started
while the streams are put aside. FOLDER gets the file "listening" when a client
can attach.
"""

import json
import os
import sys

NO_DEBUGPY = 97  # exit status that connkit knows


def load(lib):
    """Imports debugpy from the program's environment, else from LIB."""
    try:
        import debugpy
    except ImportError:
        if not os.path.isdir(os.path.join(lib, "debugpy")):
            sys.stderr.write("connkit: there is no debugpy for %s\n" % sys.executable)
            sys.exit(NO_DEBUGPY)
        sys.path.insert(0, lib)
        try:
            import debugpy
            import debugpy.server.api  # all that it loads later comes from there too
        finally:
            sys.path.remove(lib)
    return debugpy


def listen(debugpy, host, port):
    """Starts the adapter with an empty input and without the output."""
    sys.stdout.flush()
    kept = [os.dup(0), os.dup(1)]
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    try:
        return debugpy.listen((host, port))
    finally:
        for number, fd in enumerate(kept):
            os.dup2(fd, number)
            os.close(fd)


def adapter(debugpy):
    """The adapter's process group. Where this debugpy keeps it elsewhere, 0."""
    process = getattr(getattr(getattr(debugpy, "server", None), "api", None), "_adapter_process", None)
    return getattr(process, "pid", 0) or 0


def report(folder, **facts):
    """Writes the file, whole or not at all."""
    path = os.path.join(folder, "listening")
    with open(path + ".part", "w") as f:
        json.dump(facts, f)
    os.rename(path + ".part", path)


def run(words):
    """Runs the program as the interpreter would, in the real __main__, which this file leaves empty."""
    import os
    import runpy
    import sys

    main = sys.modules["__main__"].__dict__
    own = not (getattr(sys.flags, "safe_path", False) or sys.flags.isolated)  # sys.path[0] is this file's folder
    kind, rest = words[0], words[1:]
    path, archive = full(kind), is_archive(kind)
    code = None if kind in ("-m", "-c") or archive else read(path)
    for name in [n for n in main if n not in ("__name__", "__builtins__")]:
        del main[name]
    main.update(__doc__=None, __package__=None, __loader__=None, __spec__=None, __annotations__={})
    if kind == "-m":
        sys.argv[:] = rest
        if own:
            sys.path[0] = os.getcwd()
        runpy._run_module_as_main(rest[0], alter_argv=True)
    elif kind == "-c":
        sys.argv[:] = ["-c"] + rest[1:]
        if own:
            sys.path[0] = ""
        exec(compile(rest[0], "<string>", "exec"), main)
    elif archive:
        sys.argv[:] = words
        if own:
            del sys.path[0]
        sys.path.insert(0, path)
        runpy._run_module_as_main("__main__", alter_argv=False)
    else:
        sys.argv[:] = words
        if own:
            sys.path[0] = os.path.dirname(os.path.realpath(kind))
        main.update(__file__=path, __cached__=None)
        exec(compile(code, path, "exec"), main)


def full(path):
    """How the interpreter spells the path of what it runs."""
    return os.path.abspath(path) if sys.version_info >= (3, 9) else path


def read(path):
    """Reads a script, or ends as the interpreter does."""
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError as e:
        sys.stderr.write("%s: can't open file '%s': [Errno %d] %s\n" % (sys.executable, path, e.errno, e.strerror))
        sys.exit(2)


def is_archive(path):
    """Whether Python would look for a __main__ in it: a folder or a zip archive."""
    import zipfile

    return os.path.isdir(path) or os.path.isfile(path) and not path.endswith(".py") and zipfile.is_zipfile(path)


def start(folder, lib, host, port, wait, children):
    """Listens, and waits for a client where that is wished."""
    quiet = "PYDEVD_DISABLE_FILE_VALIDATION" not in os.environ
    if quiet:
        os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    os.environ.pop("DEBUGPY_EXTRA_ARGV", None)
    debugpy = load(lib)
    debugpy.configure(subProcess=children == "1")
    _, port = listen(debugpy, host, int(port))
    report(folder, port=port, adapter=adapter(debugpy))
    if quiet:
        os.environ.pop("PYDEVD_DISABLE_FILE_VALIDATION", None)
    if wait == "1":
        debugpy.wait_for_client()


if __name__ == "__main__":
    at = sys.argv.index("--")
    target = sys.argv[at + 1 :]
    start(*sys.argv[1:at])
    run(target)
