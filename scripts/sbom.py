"""What is shipped, as CycloneDX: one bill of materials for the server and one for the browser's share.

What is compiled into each, cargo tells by its own resolver, with the very features that the builds use. Crates that only
help to build (build scripts, macros and what they need) are in it too, with the scope `excluded`: nothing of them is
shipped, and yet they have a say in what is. No npm package is shipped: what scripts/npm has only builds.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
VERSION = SchemaVersion.V1_6

# The two things that are shipped: the crate that each is built from, and how.
SERVER = ("teal-server", ())
SITE = ("teal-app", ("--no-default-features", "--features", "hydrate", "--target", "wasm32-unknown-unknown"))


@dataclass(frozen=True, order=True)
class Crate:
    """A crate as cargo names it in one line."""

    name: str
    version: str


def cargo(*words: str) -> str:
    return subprocess.run(["cargo", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def tree(shipped: tuple[str, tuple[str, ...]], edges: str) -> set[Crate]:
    """What cargo's resolver puts together, by the kinds of dependency that are followed."""
    crate, options = shipped
    lines = cargo("tree", "--locked", "-p", crate, *options, "--edges", edges, "--prefix", "none", "--format", "{p}")
    words = (line.split() for line in lines.splitlines() if line)
    return {Crate(name, version.removeprefix("v")) for name, version, *_ in words}


def shipped_crates(shipped: tuple[str, tuple[str, ...]]) -> set[Crate]:
    return tree(shipped, "normal,no-proc-macro")


def building_crates(shipped: tuple[str, tuple[str, ...]]) -> set[Crate]:
    return tree(shipped, "normal,build") - shipped_crates(shipped)


def packages() -> dict[str, dict]:
    """What cargo knows of each crate of the lock file, by its id."""
    told = json.loads(cargo("metadata", "--locked", "--all-features", "--format-version", "1"))
    return {package["id"]: package for package in told["packages"]} | {"resolve": told["resolve"]}


def digests() -> dict[Crate, str]:
    """The SHA-256 of each crate's archive, which cargo checks before it builds."""
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {Crate(one["name"], one["version"]): one["checksum"] for one in lock["package"] if "checksum" in one}


def component(crate: Crate, package: dict, digest: str | None, scope: ComponentScope) -> Component:
    # Before 2019 a slash meant what OR says.
    licence = (package.get("license") or "").replace("/", " OR ")
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref=f"{crate.name}@{crate.version}",
        name=crate.name,
        version=crate.version,
        scope=scope,
        description=package.get("description"),
        licenses=[LicenseFactory().make_with_expression(licence)] if licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)] if digest else [],
        purl=PackageURL("cargo", None, crate.name, crate.version) if digest else None,
    )


def bill(shipped: tuple[str, tuple[str, ...]]) -> Bom:
    known = packages()
    resolve = known.pop("resolve")
    by_name = {Crate(package["name"], package["version"]): package for package in known.values()}
    digest = digests()
    inside, beside = shipped_crates(shipped), building_crates(shipped)
    made = {crate: component(crate, by_name[crate], digest.get(crate), ComponentScope.REQUIRED) for crate in inside}
    made |= {crate: component(crate, by_name[crate], digest.get(crate), ComponentScope.EXCLUDED) for crate in beside}

    bom = Bom()
    root = made.pop(next(crate for crate in made if crate.name == shipped[0]))
    root.type, root.scope = ComponentType.APPLICATION, None
    bom.metadata.component = root
    for one in made.values():
        bom.components.add(one)
    named = {root.bom_ref.value: root} | {one.bom_ref.value: one for one in made.values()}
    refs = {id: f"{package['name']}@{package['version']}" for id, package in known.items()}
    for node in resolve["nodes"]:
        if refs[node["id"]] in named:
            wanted = {refs[dependency["pkg"]] for dependency in node["deps"]}
            bom.register_dependency(named[refs[node["id"]]], [named[ref] for ref in sorted(wanted & named.keys())])
    return bom


def write(shipped: tuple[str, tuple[str, ...]], folder: Path) -> Path:
    """Writes `FOLDER/{crate}.cdx.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{shipped[0]}.cdx.json"
    outputter = make_outputter(bill(shipped), OutputFormat.JSON, VERSION)
    path.write_text(outputter.output_as_string(indent=2) + "\n")
    return path


if __name__ == "__main__":
    for one in (SERVER, SITE):
        print(write(one, ROOT / "target/sbom"))
