#!/bin/sh
# Builds target/java-bctls-0.1.0.jar with what it needs in target/lib. Needs Maven and a JDK 17; the libraries come from Maven Central.
set -eu
cd "$(dirname "$0")"
for tool in mvn javac java; do
  if ! command -v "$tool" >/dev/null 2>&1; then
    echo "iuts/java-bctls/build.sh: needs $tool of the toolchain (Maven 3.8 and a JDK 17, or newer)" >&2
    exit 1
  fi
done
if [ "$(javac -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')" -lt 17 ]; then
  echo "iuts/java-bctls/build.sh: needs a JDK of version 17 or newer of the toolchain; $(javac -version 2>&1) was found" >&2
  exit 1
fi
# Built again only when something has changed; the tests are `mvn test`.
jar=target/java-bctls-0.1.0.jar
if [ -f "$jar" ] && [ -z "$(find src/main pom.xml build.sh -newer "$jar" -print -quit)" ]; then
  exit 0
fi
mvn -q -B package -Dmaven.test.skip=true
# The classes of a start, parsed beforehand: it takes half the time then. The JVM does without where the archive does not fit it.
java -XX:+UseSerialGC -XX:ArchiveClassesAtExit=target/shim.jsa -jar "$jar" >/dev/null 2>&1 <<'END'
{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1,"profile":{"revision":"draft-fossati-seat-expat-03","cmwAttestation":65280,"exporterLabel":"Attestation","exporterLength":32,"publicKey":"spki-der","evidenceNonce":{"cwt":10,"jwt":"eat_nonce"},"aikHashClaim":{"cwt":-65537,"jwt":"aik_pub_hash"}}}}
{"jsonrpc":"2.0","id":2,"method":"bye"}
END
