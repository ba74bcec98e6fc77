"""A connector that answers spec in several ways, for tests of the debugger."""

import asyncio
import json
import subprocess
import sys
import threading

SPEC = {
    "protocol": 3032023,
    "configSchema": {"type": "object"},
    "resourceConfigSchema": {"type": "object"},
    "documentationUrl": "https://example.com",
    "resourcePathPointers": ["/stream"],
}


def answer(mode):
    spec = dict(SPEC)
    if mode == "big":
        spec["configSchema"] = {"type": "object", "description": "x" * 3_000_000}
    return {"spec": spec}  # break: plain


async def wait_for(seconds):
    await asyncio.sleep(seconds)
    value = "in a coroutine"
    return value  # break: async


def work(results):
    value = "in a thread"
    results.append(value)  # break: thread


def main():
    mode = sys.argv[1]
    request = json.loads(sys.stdin.readline())
    if "spec" not in request:
        sys.exit(9)
    if mode == "async":
        asyncio.run(wait_for(0.01))
    if mode == "thread":
        results = []
        thread = threading.Thread(target=work, args=(results,))
        thread.start()
        thread.join()
    if mode == "child":
        out = subprocess.run([sys.executable, "-c", "import sys; print('debugpy' in sys.modules, len(sys.argv))"], capture_output=True, check=True)
        print(out.stdout.decode(), file=sys.stderr)
    if mode == "fail":
        sys.exit(7)
    print(json.dumps(answer(mode)), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
