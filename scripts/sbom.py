"""Turns `go version -m` into an SPDX 2.3 document. Equal input gives equal bytes."""

import base64
import json
import re
import sys

name, digest = sys.argv[1], sys.argv[2]
modules, settings, go = [], {}, ""
for line in sys.stdin:
    fields = line.strip().split("\t")
    if line[0] not in "\t ":
        go = line.rsplit(" ", 1)[-1].strip()
    elif fields[0] in ("mod", "dep"):
        modules.append(fields[1:])
    elif fields[0] == "=>":
        modules[-1] = fields[1:]
    elif fields[0] == "build":
        key, _, value = fields[1].partition("=")
        settings[key] = value

packages = []
for i, (path, version, *checksum) in enumerate(modules):
    package = {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", f"{path}-{version}"),
        "name": path,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "Apache-2.0" if i == 0 else "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": f"pkg:golang/{path}@{version}"}],
    }
    if i == 0:
        package["checksums"] = [{"algorithm": "SHA256", "checksumValue": digest}]
    elif checksum:  # h1: is a hash of all files of the module, as go.sum has it
        package["comment"] = f"go.sum {checksum[0]} ({base64.b64decode(checksum[0][3:]).hex()})"
    packages.append(package)

root = packages[0]["SPDXID"]
json.dump({
    "spdxVersion": "SPDX-2.3",
    "dataLicense": "CC0-1.0",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": name,
    "documentNamespace": f"https://github.com/connkit/connkit/sbom/{digest}",
    "creationInfo": {"created": settings.get("vcs.time", "1970-01-01T00:00:00Z"), "creators": ["Organization: connkit", f"Tool: {go}"]},
    "packages": packages,
    "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": root}]
    + [{"spdxElementId": root, "relationshipType": "DEPENDS_ON", "relatedSpdxElement": p["SPDXID"]} for p in packages[1:]],
}, sys.stdout, indent=1)
print()
